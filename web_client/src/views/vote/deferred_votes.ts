/** One chunk of what votes need later than the room itself. */
import { ProposedGrades } from "../election/appraisal_sheets";
import { PeopleResult } from "../election/people_result";
import { OfficerSheet } from "../officer/officer_sheet";
import { OfficerStrip } from "../officer/officer_strip";
import type { DeferredVotes } from "./deferred_views";
import { OwnReceipt } from "./own_receipt";
import { PollPlot, RunningPlot } from "./poll_plots";
import { ResultSheet, ResultsSheet } from "./result_sheet";
import { SecretSheet } from "./secret_sheet";
import { Chosen, WholePaper } from "./whole_paper";

export const allDeferredVotes: DeferredVotes = {
  SecretSheet,
  WholePaper,
  Chosen,
  ProposedGrades,
  PeopleResult,
  PollPlot,
  RunningPlot,
  OfficerSheet,
  OwnReceipt,
  ResultSheet,
  ResultsSheet,
  OfficerStrip,
};
