import { dlopen, FFIType } from "bun:ffi";

/*
 * Windows has no process groups and no signal for the death of a parent. A job object does both: the system ends every
 * process in it when its last handle is closed, which happens when the process that holds it ends in whatever way.
 */

/** JobObjectExtendedLimitInformation of JOBOBJECTINFOCLASS. */
const EXTENDED_LIMITS = 9;
/** sizeof(JOBOBJECT_EXTENDED_LIMIT_INFORMATION) on x64, and where LimitFlags stands in it. */
const LIMITS_BYTES = 144;
const FLAGS_OFFSET = 16;
const KILL_ON_JOB_CLOSE = 0x2000;
/** What GetCurrentProcess() answers, always. */
const THIS_PROCESS = -1n;

const { i32, i64, u32, ptr } = FFIType;

let tied: boolean | undefined;

/**
 * From now on no process that this one starts outlives it, on Windows; nor do those that they start. Elsewhere it does
 * nothing. Idempotent.
 * @returns whether the system agreed
 */
export function tieChildrenToThisProcess(): boolean {
  tied ??= process.platform === "win32" && enterJob();
  return tied;
}

/** This process goes in first: what it starts is then in the job from the beginning. The handle is never closed. */
function enterJob(): boolean {
  try {
    const { symbols: kernel } = dlopen("kernel32.dll", {
      CreateJobObjectW: { args: [ptr, ptr], returns: i64 },
      SetInformationJobObject: { args: [i64, i32, ptr, u32], returns: i32 },
      AssignProcessToJobObject: { args: [i64, i64], returns: i32 },
    });
    const job = kernel.CreateJobObjectW(null, null);
    const limits = new Uint8Array(LIMITS_BYTES);
    new DataView(limits.buffer).setUint32(FLAGS_OFFSET, KILL_ON_JOB_CLOSE, true);
    if (kernel.SetInformationJobObject(job, EXTENDED_LIMITS, limits, LIMITS_BYTES) === 0) return false;
    return kernel.AssignProcessToJobObject(job, THIS_PROCESS) !== 0;
  } catch {
    return false; // a Windows without these functions; runners also watch for our end themselves
  }
}
