/**
 * The web canvas. It is loaded by itself: files that a module embeds besides a page get paths of that page's server
 * instead of their own in the executable (Bun 1.4.5).
 */
export { default as page } from "./page/index.html";
