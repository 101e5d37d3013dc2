/** Name of the event of the document that says: parts of the page have been put anew into their place. */
export const REDRAWN = "redrawn";
