import { ChangeFeed } from "../change-feed.ts";
import { badRequest, notFound, permissionDenied } from "../http-failure.ts";
import type { JsonObject } from "../json.ts";

interface Folder extends JsonObject {
  readonly id: string;
  readonly name: string;
  readonly folder_id: string;
}

/** More folders are refused with 400. */
const MAX_FOLDERS = 1000;

/** Canvas folders: the nameless root, the user's home (its id is the user's) and the user's trash. */
export class FolderStore {
  readonly feed = new ChangeFeed();
  readonly #folders = new Map<string, Folder>();
  readonly #homeId: string;

  constructor(userId: number) {
    this.#homeId = String(userId);
    this.#put("", "", "");
    this.#put(this.#homeId, "Canvas Bot", "");
    this.#put(`trash.${userId}`, "Trash", "");
  }

  get folders(): readonly Folder[] {
    return [...this.#folders.values()];
  }

  /** @throws HttpFailure 404 */
  get(id: string): Folder {
    const folder = this.#folders.get(id);
    if (folder === undefined) throw notFound("Folder");
    return folder;
  }

  /** @throws HttpFailure 400, 404 for an unknown parent */
  create(name: unknown, parentId: unknown): Folder {
    if (this.#folders.size >= MAX_FOLDERS) throw badRequest("Too many folders");
    const parent = typeof parentId === "string" ? this.get(parentId).id : this.#homeId;
    return this.#put(crypto.randomUUID(), typeof name === "string" ? name : "New folder", parent);
  }

  /** @throws HttpFailure 400, 404 */
  rename(id: string, name: unknown): Folder {
    if (typeof name !== "string") throw badRequest("name is missing");
    return this.#put(id, name, this.get(id).folder_id);
  }

  /** @throws HttpFailure 400 for a move into itself, 404 */
  move(id: string, parentId: unknown): Folder {
    if (typeof parentId !== "string") throw badRequest("folder_id is missing");
    const folder = this.get(id);
    for (let at = this.get(parentId); ; at = this.get(at.folder_id)) {
      if (at.id === id) throw badRequest("Folder cannot be moved into itself");
      if (at.id === at.folder_id || at.folder_id === "") break;
    }
    return this.#put(id, folder.name, parentId);
  }

  /** Removes a folder with the folders in it; returns all ids that are gone. @throws HttpFailure 403, 404 */
  remove(id: string): readonly string[] {
    this.get(id);
    if (id === "" || id === this.#homeId || id.startsWith("trash.")) throw permissionDenied();
    return [...this.removeChildren(id), ...this.#drop(id)];
  }

  /** @throws HttpFailure 404 */
  removeChildren(id: string): readonly string[] {
    this.get(id);
    const children = this.folders.filter(
      (folder) => folder.folder_id === id && folder.id !== id && id !== "",
    );
    return children.flatMap((child) => this.remove(child.id));
  }

  #drop(id: string): readonly string[] {
    this.feed.publish({ ...this.get(id), state: "deleted" });
    this.#folders.delete(id);
    return [id];
  }

  #put(id: string, name: string, parentId: string): Folder {
    const inTrash = parentId.startsWith("trash.");
    const folder = { id, name, folder_id: parentId, access: "owner", in_trash: inTrash, state: "normal" };
    this.#folders.set(id, folder);
    this.feed.publish(folder);
    return folder;
  }
}
