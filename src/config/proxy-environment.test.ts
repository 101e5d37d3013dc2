import { expect, test } from "bun:test";
import { exportProxies } from "./proxy-environment.ts";

const LOOPBACK = "localhost,127.0.0.1,::1";

test("proxies of a settings file become those of the process, and this machine is never asked through one", () => {
  const environment: Record<string, string | undefined> = {};
  exportProxies({ HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "canvus.test" }, environment);
  expect(environment).toEqual({ HTTPS_PROXY: "http://proxy:3128", NO_PROXY: `canvus.test,${LOOPBACK}` });
});

test("names in small letters stay and win", () => {
  const environment: Record<string, string | undefined> = { https_proxy: "http://a:1", no_proxy: "b.test" };
  exportProxies({ NO_PROXY: "c.test" }, environment);
  expect(environment).toEqual({
    https_proxy: "http://a:1",
    no_proxy: `b.test,${LOOPBACK}`,
    NO_PROXY: `b.test,${LOOPBACK}`,
  });
});
