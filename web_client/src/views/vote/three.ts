/** Ids of a motion's three choices. */
export const FOR = "for";
export const AGAINST = "against";
export const ABSTAIN = "abstain";
