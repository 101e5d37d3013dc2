import { Elysia, t } from "elysia";
import { loginPage } from "../../views/login-page.tsx";
import { assetUrl } from "./assets.ts";
import type { Authentication, LoginResult } from "./authentication.ts";
import { htmlResponse, redirect } from "./html-response.ts";
import { safeReturnPath } from "./return-path.ts";
import { readSessionCookie, sessionCookie } from "./session-cookie.ts";
import { type Visitor, withVisitor } from "./visitor.ts";

/** Seconds after which somebody who found the queue full may try again. */
const BUSY_RETRY_S = 2;

const LOGIN_FORM = t.Object({ password: t.String(), next: t.Optional(t.String()) });

export function loginRoutes(authentication: Authentication, sessionTimeoutMs: number) {
  return new Elysia({ name: "login" })
    .use(withVisitor)
    .get("/login", ({ visitor, query }) => {
      const next = safeReturnPath(query.next, visitor.basePath);
      return visitor.session ? redirect(next) : render(visitor, next);
    })
    .post(
      "/login",
      async ({ visitor, body, request }) => {
        const next = safeReturnPath(body.next, visitor.basePath);
        const oldToken = readSessionCookie(request.headers.get("cookie"), visitor);
        const result = await authentication.login(body.password, visitor.address, oldToken);
        if (result.kind !== "welcome") return refuse(visitor, next, result);
        return redirect(next, { "set-cookie": sessionCookie(result.token, sessionTimeoutMs, visitor) });
      },
      { body: LOGIN_FORM },
    )
    .post("/logout", ({ visitor }) => {
      if (visitor.session) authentication.logout(visitor.session);
      return out(visitor);
    })
    .post("/logout/all", ({ visitor }) => {
      authentication.logoutAll(visitor.address);
      return out(visitor);
    });
}

function out(visitor: Visitor): Response {
  return redirect(`${visitor.basePath}/login`, { "set-cookie": sessionCookie("", 0, visitor) });
}

function refuse(visitor: Visitor, next: string, result: Exclude<LoginResult, { kind: "welcome" }>): Response {
  if (result.kind === "wrong") return render(visitor, next, 401, "That is not the password.");
  if (result.kind === "busy") {
    return render(visitor, next, 503, "Many people are logging in just now. Please try again.", BUSY_RETRY_S);
  }
  const seconds = Math.ceil(result.retryAfterMs / 1000);
  const unit = seconds === 1 ? "second" : "seconds";
  return render(
    visitor,
    next,
    429,
    `Too many attempts. Please wait ${seconds} ${unit}, then try again.`,
    seconds,
  );
}

function render(
  visitor: Visitor,
  next: string,
  status = 200,
  problem?: string,
  retryAfterS?: number,
): Response {
  const { basePath } = visitor;
  const html = loginPage({
    basePath,
    next,
    problem,
    styleUrl: assetUrl(basePath, "style.css"),
    iconUrl: assetUrl(basePath, "favicon.svg"),
  });
  return htmlResponse(html, status, retryAfterS === undefined ? {} : { "retry-after": String(retryAfterS) });
}
