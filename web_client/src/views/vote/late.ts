/** One chunk of everything that comes late for votes. */
import { ProposedGrades } from "../election/appraisal_sheets";
import { PeopleResult } from "../election/people_result";
import { OfficerSheet } from "../officer/officer_sheet";
import type { LatePapers } from "./late_papers";
import { OwnReceipt } from "./own_receipt";
import { PollPlot, RunningPlot } from "./poll_plots";
import { SecretSheet } from "./secret_sheet";
import { Chosen, WholePaper } from "./whole_paper";

export const late: LatePapers = {
  SecretSheet,
  WholePaper,
  Chosen,
  ProposedGrades,
  PeopleResult,
  PollPlot,
  RunningPlot,
  OfficerSheet,
  OwnReceipt,
};
