import { describe, expect, test } from "bun:test";
import { ClientAddresses, rateLimitKey } from "./client-address.ts";

const clients = new ClientAddresses(["10.0.0.0/8", "127.0.0.1", "fd00::/8"]);

function addressOf(peer: string | undefined, forwardedFor: string): string {
  return clients.resolve(peer, false, new Headers({ "x-forwarded-for": forwardedFor })).address;
}

describe("who asks", () => {
  test.each([
    ["a stranger may write what they like", "203.0.113.9", "1.2.3.4", "203.0.113.9"],
    ["a trusted proxy is believed", "10.0.0.1", "1.2.3.4", "1.2.3.4"],
    ["only what the nearest stranger's proxy wrote", "10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"],
    ["through several trusted proxies", "10.0.0.1", "6.6.6.6, 1.2.3.4, 10.9.9.9, 127.0.0.1", "1.2.3.4"],
    ["all of them ours", "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
    ["nothing was written", "10.0.0.1", "", "10.0.0.1"],
    ["nonsense ends the search", "10.0.0.1", "1.2.3.4, unknown, 10.0.0.2", "10.0.0.2"],
    ["with a port", "10.0.0.1", "1.2.3.4:5678", "1.2.3.4"],
    ["IPv6 in brackets with a port", "fd00::1", "[2001:DB8::7]:443", "2001:db8::7"],
    ["a socket for both families names IPv4 so", "::ffff:10.0.0.1", "1.2.3.4", "1.2.3.4"],
    ["trusted IPv4 in IPv6 further left", "10.0.0.1", "1.2.3.4, ::ffff:10.0.0.2", "1.2.3.4"],
  ])("%s", (_, peer, forwardedFor, expected) => {
    expect(addressOf(peer, forwardedFor)).toBe(expected);
  });

  test("a connection that is gone has no address", () => {
    expect(addressOf(undefined, "1.2.3.4")).toBe("unknown");
  });

  test("only a trusted proxy tells of HTTPS and of another host name", () => {
    const headers = new Headers({ host: "a", "x-forwarded-proto": "https", "x-forwarded-host": "b" });
    expect(clients.resolve("10.0.0.1", false, headers)).toMatchObject({ secure: true, hosts: ["a", "b"] });
    expect(clients.resolve("1.2.3.4", false, headers)).toMatchObject({ secure: false, hosts: ["a"] });
    expect(clients.resolve("1.2.3.4", true, headers)).toMatchObject({ secure: true });
    headers.set("x-forwarded-proto", "http");
    expect(clients.resolve("10.0.0.1", true, headers)).toMatchObject({ secure: false });
  });
});

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:db8::9", "2001:db8:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["unknown", "unknown"],
])("attempts of %s count for %s", (address, key) => {
  expect(rateLimitKey(address)).toBe(key);
});
