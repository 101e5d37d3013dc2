/** A refusal as a Canvus server words it: a 4xx or 5xx status with the body `{"msg": "…"}`. */
export class HttpFailure extends Error {
  override readonly name = "HttpFailure";
  readonly status: number;

  constructor(status: number, msg: string) {
    super(msg);
    this.status = status;
  }
}

/** Also the answer for what the caller may not know to exist. */
export function notFound(what: string): HttpFailure {
  return new HttpFailure(404, `${what} not found`);
}

export function badRequest(msg: string): HttpFailure {
  return new HttpFailure(400, msg);
}

export function permissionDenied(): HttpFailure {
  return new HttpFailure(403, "Permission denied");
}
