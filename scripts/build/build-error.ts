/** A build that cannot be made; the message is for people. */
export class BuildError extends Error {}
