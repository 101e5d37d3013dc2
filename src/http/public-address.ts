import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

/** Networks that are nobody's on the internet: this machine, private ones, link-local (metadata of clouds), multicast. */
const PRIVATE_V4 = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
  ...["192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"],
];
const PRIVATE_V6 = ["::/96", "64:ff9b::/96", "fc00::/7", "fe80::/10", "ff00::/8"];

const notPublic = new BlockList();
for (const each of PRIVATE_V4) addNetwork(each, "ipv4");
for (const each of PRIVATE_V6) addNetwork(each, "ipv6");

export type Resolve = (host: string) => Promise<readonly string[]>;

/**
 * Whether a host lies outside the networks of whoever runs this: for addresses that came from elsewhere. A name counts
 * when all that it stands for does; one that is not known does not.
 */
export async function isPublicHost(host: string, resolve: Resolve = addressesOf): Promise<boolean> {
  const bare = host.replace(/^\[|\]$/g, "");
  const addresses = isIP(bare) === 0 ? await resolve(bare).catch(() => []) : [bare];
  return addresses.length > 0 && addresses.every((each) => isPublicAddress(each));
}

function isPublicAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  return !notPublic.check(mapped, isIP(mapped) === 4 ? "ipv4" : "ipv6");
}

async function addressesOf(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

function addNetwork(network: string, family: "ipv4" | "ipv6"): void {
  const [address = "", prefix] = network.split("/");
  notPublic.addSubnet(address, Number(prefix), family);
}
