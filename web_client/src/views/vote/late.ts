/** One chunk of everything that comes late for votes. */
import { PeopleResult } from "../election/people_result";
import { OfficerSheet } from "../officer/officer_sheet";
import type { LatePapers } from "./late_papers";
import { OwnReceipt } from "./own_receipt";
import { SecretSheet } from "./secret_sheet";

export const late: LatePapers = { SecretSheet, PeopleResult, OfficerSheet, OwnReceipt };
