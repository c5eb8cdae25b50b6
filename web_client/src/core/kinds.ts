/** What the client knows of each kind of motion and of each way to vote. The compiler names the place when the server adds one. */
import { AppraisalSheet, type Motion, MotionForce, VoteMethod } from "../wire/messages";

interface Kind {
  /** Whether it has a verdict. */
  readonly decides: boolean;
  /** Whether its ballots hold grades of people. */
  readonly gradesPeople: boolean;
  /** Its name in the catalogue, on its paper (`vote`) and for those who run the meeting (`console`); null: it is called by its method. */
  readonly called: string | null;
  /** Its name on a secret paper, where that is another. */
  readonly calledInSecret: string;
}

const APPRAISAL = (sheet: AppraisalSheet, decides: boolean): Kind => ({
  decides,
  gradesPeople: !decides,
  called: `sheet_${sheet}`,
  calledInSecret: `sheet_${sheet}`,
});

const KINDS: Readonly<Record<Exclude<MotionForce, "appraisal">, Kind>> = {
  [MotionForce.MOTION]: { decides: true, gradesPeople: false, called: null, calledInSecret: "secret" },
  [MotionForce.ELECTION]: { decides: true, gradesPeople: false, called: "election", calledInSecret: "election" },
  [MotionForce.SURVEY]: { decides: false, gradesPeople: false, called: "survey", calledInSecret: "survey" },
  [MotionForce.POLL]: { decides: false, gradesPeople: false, called: "poll", calledInSecret: "poll_secret" },
};
const SHEETS: Readonly<Record<AppraisalSheet, Kind>> = {
  [AppraisalSheet.SELF]: APPRAISAL(AppraisalSheet.SELF, false),
  [AppraisalSheet.MUTUAL]: APPRAISAL(AppraisalSheet.MUTUAL, false),
  [AppraisalSheet.COMMITTEE]: APPRAISAL(AppraisalSheet.COMMITTEE, false),
  [AppraisalSheet.ORGANISATION]: APPRAISAL(AppraisalSheet.ORGANISATION, true),
};

/** The picture that stands for a way to vote. */
export const METHOD_ICONS = { [VoteMethod.OPEN]: "ballot", [VoteMethod.NAMED]: "edit", [VoteMethod.SECRET]: "lock" } as const;

export function kindOf(motion: Pick<Motion, "force" | "sheet">): Kind {
  return motion.force === MotionForce.APPRAISAL ? SHEETS[motion.sheet] : KINDS[motion.force];
}
