import { AppError } from "../errors/app-error.ts";

const API_ROOT = "/api/v1";

/**
 * Turns what an operator writes as CANVUS_SERVER into the root of the REST API, without a trailing slash. Clients in
 * the field are given `https://host`, `https://host/` and `https://host/api/v1` alike.
 *
 * @throws AppError CONFIG_INVALID; the message never repeats the value, because it may hold a password.
 */
export function apiRoot(baseUrl: string): URL {
  const url = URL.parse(baseUrl.trim());
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new AppError("CONFIG_INVALID", "CANVUS_SERVER must be an address like https://canvus.example.org.");
  }
  if (url.username !== "" || url.password !== "") {
    throw new AppError(
      "CONFIG_INVALID",
      "CANVUS_SERVER must not contain a user name or password; set CANVUS_USERNAME and CANVUS_PASSWORD instead.",
    );
  }
  const path = url.pathname.replace(/\/+$/, "");
  url.pathname = path.endsWith(API_ROOT) ? path : path + API_ROOT;
  url.search = "";
  url.hash = "";
  return url;
}
