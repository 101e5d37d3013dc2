import { chmod, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runTool } from "../build/run-tool.ts";

/** A certificate for signing Windows programs, as files that only we can read. */
export interface Certificate {
  readonly pkcs12: string;
  readonly passwordFile: string;
}

/**
 * Takes the certificate from WINDOWS_CERTIFICATE (PKCS#12 in base64) and WINDOWS_CERTIFICATE_PASSWORD.
 * @returns null when there is none: nothing is signed then
 */
export async function certificate(work: string): Promise<Certificate | null> {
  const encoded = process.env.WINDOWS_CERTIFICATE;
  if (encoded === undefined || encoded === "") return null;
  const [pkcs12, passwordFile] = [join(work, "certificate.p12"), join(work, "certificate.password")];
  await writeFile(pkcs12, Buffer.from(encoded, "base64"), { mode: 0o600 });
  await writeFile(passwordFile, process.env.WINDOWS_CERTIFICATE_PASSWORD ?? "", { mode: 0o600 });
  return { pkcs12, passwordFile };
}

/** Signs a file in its place. WINDOWS_TIMESTAMP_URL names a server that attests the time, so that it outlives the certificate. */
export async function signFile(file: string, { pkcs12, passwordFile }: Certificate): Promise<void> {
  const server = process.env.WINDOWS_TIMESTAMP_URL;
  const time = server ? ["-ts", server] : [];
  const key = ["-pkcs12", pkcs12, "-readpass", passwordFile, "-h", "sha256", "-n", "CanvusLocalLLM"];
  const signed = `${file}.signed`;
  await runTool("osslsigncode", ["sign", ...key, ...time, "-in", file, "-out", signed], dirname(file));
  await rename(signed, file);
  await chmod(file, 0o755);
}

/** The command with which NSIS has its uninstaller signed. */
export function signingCommand({ pkcs12, passwordFile }: Certificate): string {
  return [process.execPath, import.meta.path, pkcs12, passwordFile].map((part) => `"${part}"`).join(" ");
}

if (import.meta.main) {
  const [pkcs12 = "", passwordFile = "", file = ""] = process.argv.slice(2);
  await signFile(file, { pkcs12, passwordFile });
}
