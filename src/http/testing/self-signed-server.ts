import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SelfSignedServer {
  /** https, under a name that the certificate was issued for. */
  readonly url: string;
  /** PEM text. */
  readonly certificate: string;
  stop(): Promise<void>;
}

/** An https server on loopback whose certificate nobody knows. */
export async function startSelfSignedServer(fetch: () => Response): Promise<SelfSignedServer> {
  const directory = await mkdtemp(join(tmpdir(), "self-signed-"));
  const [key, cert] = [join(directory, "key.pem"), join(directory, "cert.pem")];
  const made = Bun.spawnSync([
    "openssl",
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
    ...["-keyout", key, "-out", cert, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
  ]);
  if (!made.success) throw new Error(made.stderr.toString());
  const certificate = await Bun.file(cert).text();
  const tls = { key: await Bun.file(key).text(), cert: certificate };
  await rm(directory, { recursive: true });
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, tls, fetch });
  return { url: `https://localhost:${server.port}`, certificate, stop: () => server.stop(true) };
}
