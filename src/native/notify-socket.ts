import { dlopen, FFIType, ptr } from "bun:ffi";

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
/** sizeof(sun_path) in struct sockaddr_un. */
const MAX_PATH_BYTES = 108;

/**
 * Sends one datagram to a unix socket: the protocol of systemd's service notification. Bun has no unix datagram
 * sockets, so libc does it; the call does not block, a full queue drops the message.
 *
 * @param address path of the socket; a leading @ means the abstract namespace.
 * @throws Error when there is no such libc, or nobody listens there.
 */
export function sendDatagram(address: string, message: string): void {
  const path = new TextEncoder().encode(address);
  if (path.byteLength >= MAX_PATH_BYTES) throw new Error(`the socket's path is too long: ${address}`);
  const target = new Uint8Array(2 + path.byteLength);
  new DataView(target.buffer).setUint16(0, AF_UNIX, true);
  target.set(path, 2);
  if (address.startsWith("@")) target[2] = 0;
  const bytes = new TextEncoder().encode(message);

  const { socket, sendto, close } = libc();
  const descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) throw new Error("no unix socket could be opened");
  try {
    const MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;
    const sent = sendto(
      descriptor,
      ptr(bytes),
      bytes.byteLength,
      MSG_DONTWAIT_NOSIGNAL,
      ptr(target),
      target.byteLength,
    );
    if (Number(sent) !== bytes.byteLength) throw new Error(`nobody takes messages at ${address}`);
  } finally {
    close(descriptor);
  }
}

let loaded: ReturnType<typeof load>["symbols"] | undefined;

function libc() {
  loaded ??= load().symbols;
  return loaded;
}

function load() {
  return dlopen("libc.so.6", {
    socket: { args: [FFIType.i32, FFIType.i32, FFIType.i32], returns: FFIType.i32 },
    sendto: {
      args: [FFIType.i32, FFIType.ptr, FFIType.u64, FFIType.i32, FFIType.ptr, FFIType.u32],
      returns: FFIType.i64,
    },
    close: { args: [FFIType.i32], returns: FFIType.i32 },
  });
}
