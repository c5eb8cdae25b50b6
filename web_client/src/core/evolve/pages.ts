/** Shared pages: which page of which document everyone looks at. */
import type { Steps } from "./fold";

export const pages: Steps<"PageShown" | "PageHidden"> = {
  PageShown: (state, shown) => ({ ...state, shown: { document_id: shown.document_id, page: shown.page, shown_by: shown.shown_by } }),
  PageHidden: (state) => ({ ...state, shown: null }),
};
