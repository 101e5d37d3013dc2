/**
 * What HEAD is answered with. The server leaves bodies out by itself; those that are still being made are ended here,
 * because Elysia's own HEAD would read them to their end to tell how long they are: live events have none, and an
 * export is a hundred thousand rows.
 */
export async function withoutBody(response: Response): Promise<Response> {
  const { headers } = response;
  const isBeingMade =
    headers.get("content-type")?.startsWith("text/event-stream") || headers.has("content-disposition");
  if (!isBeingMade) return response;
  await response.body?.cancel();
  return new Response(null, response);
}
