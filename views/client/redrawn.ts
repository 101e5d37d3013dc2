/** Name of the event of the document that says: parts of the page have been put anew into their place. */
export const REDRAWN = "redrawn";

/** Attribute of a part that somebody looks at closely: it is not put anew into its place meanwhile. */
export const ZOOMED = "data-zoomed";
