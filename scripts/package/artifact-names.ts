import type { GpuChoice, TargetName } from "../build/arguments.ts";

/** The plain version is the one without GPU back end; the others carry theirs as semver's build metadata. */
export function fullVersion(version: string, gpu: GpuChoice): string {
  return gpu === "none" ? version : `${version}+${gpu}`;
}

/** Debian sorts ~ before everything, as semver does its -. */
export function debianVersion(version: string, gpu: GpuChoice): string {
  return fullVersion(version, gpu).replace("-", "~");
}

export function tarballName(version: string, gpu: GpuChoice): string {
  return `canvuslocallm-${fullVersion(version, gpu)}-linux-amd64.tar.gz`;
}

export function debName(version: string, gpu: GpuChoice): string {
  return `canvuslocallm_${debianVersion(version, gpu)}_amd64.deb`;
}

export function setupName(version: string, gpu: GpuChoice): string {
  return `CanvusLocalLLM-Setup-${fullVersion(version, gpu)}.exe`;
}

export function sbomName(version: string, gpu: GpuChoice, target: TargetName): string {
  return `canvuslocallm-${fullVersion(version, gpu)}-${target.replace("-x64", "-amd64")}.cdx.json`;
}
