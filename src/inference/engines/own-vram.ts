import { Nvml } from "../../native/nvml.ts";

/** Bytes of all NVIDIA GPUs that this process takes; 0 where the driver does not tell. */
export function ownVram(): number {
  let nvml: Nvml;
  try {
    nvml = new Nvml();
    nvml.init();
  } catch {
    return 0; // another vendor's GPU
  }
  try {
    const devices = Array.from({ length: nvml.deviceCount() }, (_, index) => nvml.device(index));
    const own = devices
      .flatMap((device) => nvml.processes(device) ?? [])
      .filter(({ pid }) => pid === process.pid);
    return own.reduce((sum, { usedBytes }) => sum + Number(usedBytes ?? 0n), 0);
  } catch {
    return 0;
  } finally {
    nvml.shutdown();
    nvml.close();
  }
}
