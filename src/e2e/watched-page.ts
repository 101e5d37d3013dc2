import type { Page } from "playwright-core";

/**
 * Errors in the console, also of the content security policy, and requests to other hosts, as they come.
 * @param url of the service, without a path
 */
export function complaintsOf(page: Page, url: string): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(`${url}/`)) complaints.push(request.url());
  });
  return complaints;
}

/** As people do: the field has the focus already, Enter sends the form. */
export async function logIn(page: Page, password: string): Promise<void> {
  await page.locator("#password:focus").waitFor();
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
}
