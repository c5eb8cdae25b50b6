/** Secret votes, elections, appraisals and surveys, in every state a phone can be in. */
import { inFours, ownPapers, papersKnown, papersUnsupported, progress, type OwnPaper } from "../core/ballot/kept";
import { connection, change, meeting, refusals } from "../core/store";
import { openSheet } from "../views/layout";
import { setMark, setOwnText, setWriteIn } from "../views/vote/marks";
import { aside, changeDraft } from "../views/vote/paper";
import type { Motion } from "../wire/messages";
import { ME, meetingState, motion, NOW, published } from "./fixtures";

const FINGERPRINT = "b85e2c4f90ad7713e6c10b5a4f2d8891b85e2c4f90ad7713e6c10b5a4f2d8891";
const PAPER = { modulus: "c0".repeat(256), fingerprint: FINGERPRINT, receipt_key: "04" };
export const SECRET: Partial<Motion> = { method: "secret", paper: PAPER, seconds: 180, collect_seconds: 60, collect_until: null };
const NAMES = ["丁文静", "王志远", "刘海涛", "陈思源", "赵雅琴"];
const CANDIDATES = NAMES.map((name, n) => ({
  candidate_id: `c${n + 1}`,
  name,
  strokes: 2 + n,
  participant_id: null,
  grade: "" as const,
  reason: "",
}));
export const ELECTION: Partial<Motion> = {
  ...SECRET,
  force: "election",
  title: "选举支部委员会委员",
  choices: [],
  candidates: CANDIDATES,
  terms: { seats: 3, approval_reference: "校党发〔2026〕12 号", base: "present", run_off: false },
};
export const APPRAISAL: Partial<Motion> = {
  ...SECRET,
  force: "appraisal",
  title: "2026 年度民主评议党员",
  choices: [],
  candidates: CANDIDATES,
};
const MANY = [
  "丁文静",
  "王志远",
  "马丽娟",
  "刘海涛",
  "孙国栋",
  "李敏",
  "吴佳怡",
  "何雨桐",
  "陈思源",
  "郑凯",
  "周建华",
  "罗丹",
  "赵雅琴",
  "徐浩",
  "黄晓明",
  "梁超",
];
const SUBJECTS = MANY.map((name, n) => ({
  candidate_id: `c${n + 1}`,
  name,
  strokes: 2 + n,
  participant_id: n === 0 ? ME : `m-${n}`,
  grade: "" as const,
  reason: "",
}));
export const MUTUAL: Partial<Motion> = { ...SECRET, force: "appraisal", title: "2026 年度民主评议党员", choices: [], candidates: SUBJECTS };
const THREE = [
  { choice_id: "for", label: "" },
  { choice_id: "against", label: "" },
  { choice_id: "abstain", label: "" },
];
const PROPOSED = [
  "excellent",
  "excellent",
  "excellent",
  "excellent",
  "good",
  "good",
  "good",
  "good",
  "good",
  "good",
  "good",
  "good",
  "good",
  "good",
  "pass",
  "pass",
] as const;
/** 自评, named; 组织评定, put to the vote. */
export const SELF_SHEET: Partial<Motion> = {
  force: "appraisal",
  method: "named",
  sheet: "self",
  title: "2026 年度民主评议：自评",
  choices: [],
  candidates: SUBJECTS,
};
export const ORGANISATION: Partial<Motion> = {
  force: "appraisal",
  sheet: "organisation",
  title: "2026 年度民主评议：组织评定",
  choices: THREE,
  candidates: SUBJECTS.map((one, n) => ({ ...one, grade: PROPOSED[n] ?? "good" })),
};
export const GRADED: readonly [string, number][] = SUBJECTS.flatMap((one, n): [string, number][] => [
  [`${one.candidate_id}:excellent`, 18 - n],
  [`${one.candidate_id}:good`, 6 + n],
  [`${one.candidate_id}:pass`, 2],
  [`${one.candidate_id}:fail`, 0],
]);
const SCALE = ["1", "2", "3", "4", "5"].map((choice_id) => ({ choice_id, label: "" }));
const OWN: OwnPaper = { state: "held", code: "", choices: [], stub: "", bulletin: "unknown", checked_at: null, head: "", since: null };
const RECEIPT: OwnPaper = { ...OWN, state: "counted", choices: ["for"], stub: inFours("7f3a92c401de") };

function show(fields: Partial<Motion>, own: Partial<OwnPaper> | null = {}): Motion {
  const one = motion({ phase: "voting", ...SECRET, ...fields });
  papersKnown.value = true;
  meeting.value = meetingState({ motions: { [one.motion_id]: one }, current_item: "i4" });
  ownPapers.value = own === null ? {} : { [one.motion_id]: { ...OWN, ...own } };
  progress.value = { [one.motion_id]: { issued: 26, returned: 19 } };
  refusals.value = [];
  return one;
}

/** Once it is proved nothing of the choice is on the phone any more. */
const PROVED: Partial<OwnPaper> = {
  ...RECEIPT,
  choices: [],
  bulletin: "in",
  checked_at: NOW,
  head: "152.9c417be053d2a6f08b1e44d37c95aa02",
};

function result(fields: Partial<Motion>, own: Partial<OwnPaper> = PROVED): void {
  const one = published({ ...SECRET, ballots: {}, issued: 26, root: "5c".repeat(32), ...fields });
  meeting.value = meetingState({ motions: { [one.motion_id]: one } });
  ownPapers.value = { [one.motion_id]: { ...OWN, ...own } };
  openSheet({ name: "result", motion: one.motion_id });
}

export const TALLY = { cast: 26, entitled: 28, present: 26, void: 0, written: 0, paper: 0 };
export const VERDICT = {
  carried: false,
  needed: 14,
  base: "present" as const,
  base_count: 26,
  votes_for: 0,
  elected: [],
  tied: [],
  short: 0,
  ineligible: [],
};
export function votes(...each: readonly number[]): [string, number][] {
  return each.flatMap((n, i): [string, number][] => [
    [`c${i + 1}:for`, n],
    [`c${i + 1}:against`, 25 - n],
    [`c${i + 1}:abstain`, 0],
  ]);
}

/** The scrutineer's screen: figures and phase, the count on paper to sign, no choice. */
function officer(phase: "collecting" | "voting"): void {
  const one = show({
    phase,
    collect_until: NOW + 40_000,
    electorate: ["m-li", "m-sun"],
    paper_count: {
      issued: 3,
      returned: 3,
      void: 0,
      counts: [
        ["for", 2],
        ["against", 1],
        ["abstain", 0],
      ],
      entered_by: "m-he",
      scrutineer: ME,
      teller: "m-li",
      signed_by: [],
      named: [],
    },
    ...(phase === "collecting" ? { paper_count: null } : {}),
  });
  if (meeting.value) meeting.value = { ...meeting.value, officers: [{ participant_id: ME, office: "scrutineer", motion_id: "v0" }] };
  aside(`${one.motion_id}:watch`);
  openSheet({ name: "officer", motion: one.motion_id });
}

export const SECRET_STORIES: Readonly<Record<string, () => void>> = {
  "vote-secret-fetching": () => void show({ phase: "collecting", collect_until: NOW + 40_000 }, { state: "collecting" }),
  "vote-secret-early": () => void show({ phase: "collecting", collect_until: NOW + 40_000 }),
  "vote-secret-choose": () => void show({}),
  "vote-secret-confirm": () => changeDraft(show({}).motion_id, { choices: ["for"], step: "confirm" }),
  "vote-secret-casting": () => void show({}, { state: "casting", choices: ["for"], since: Date.now() - 5_000 }),
  "vote-secret-casting-offline": () => {
    show({}, { state: "casting", choices: ["for"], since: Date.now() - 9_000 });
    change(connection, { phase: "reconnecting", attempt: 3, retryAt: Date.now() + 10_000 });
  },
  "vote-secret-counted": () => void show({}, RECEIPT),
  "vote-secret-sealing": () => void show({ phase: "sealing" }, RECEIPT),
  "vote-secret-elsewhere": () => void show({}, { state: "not_collected", code: "already_collected" }),
  "vote-secret-filed": () => void show({ phase: "collecting" }, { state: "not_collected", code: "already_filed" }),
  "vote-secret-late": () => void show({ phase: "closed", closed_at: NOW }, { state: "not_counted", code: "poll_closed", choices: ["for"] }),
  "vote-secret-unsupported": () => {
    show({}, null);
    papersUnsupported.value = true;
  },
  "vote-election": () => {
    const one = show(ELECTION);
    const [a, b, c, d] = CANDIDATES;
    if (a && b && c && d) {
      setMark(one, a, "for");
      setMark(one, b, "for");
      setMark(one, c, "abstain");
      setMark(one, d, "against");
      setWriteIn(one, d, "孙国栋");
    }
  },
  "vote-election-on-the-ballot": () => {
    const one = show(ELECTION);
    const [a, b] = CANDIDATES;
    if (a && b) {
      setMark(one, a, "against");
      setWriteIn(one, a, b.name);
    }
  },
  "vote-run-off": () =>
    void show({
      ...ELECTION,
      candidates: CANDIDATES.slice(0, 2),
      terms: { seats: 1, approval_reference: "校党发〔2026〕12 号", base: "present", run_off: true },
    }),
  "vote-election-void": () => {
    const one = show(ELECTION);
    CANDIDATES.slice(0, 4).forEach((candidate) => setMark(one, candidate, "for"));
    changeDraft(one.motion_id, { step: "confirm" });
  },
  "vote-appraisal": () => {
    const one = show(APPRAISAL);
    CANDIDATES.slice(0, 2).forEach((candidate, n) => setMark(one, candidate, n ? "good" : "excellent"));
  },
  "vote-appraisal-many": () => {
    const one = show(MUTUAL);
    SUBJECTS.slice(0, 9).forEach((candidate, n) => setMark(one, candidate, n < 6 ? "excellent" : "good"));
  },
  "vote-appraisal-confirm": () => {
    const one = show(MUTUAL);
    SUBJECTS.forEach((candidate, n) => setMark(one, candidate, PROPOSED[n] ?? "good"));
    changeDraft(one.motion_id, { step: "confirm" });
  },
  "vote-self": () =>
    setOwnText(
      show({ ...SELF_SHEET, method: "named", paper: null }, null),
      "这一年能按时参加组织生活，志愿服务四十小时；理论学习还不够系统。",
    ),
  "vote-self-confirm": () => {
    const one = show({ ...SELF_SHEET, method: "named", paper: null }, null);
    if (SUBJECTS[0]) setMark(one, SUBJECTS[0], "good");
    setOwnText(one, "这一年能按时参加组织生活，志愿服务四十小时；理论学习还不够系统。");
    changeDraft(one.motion_id, { step: "confirm" });
  },
  "vote-organisation": () => void show({ ...ORGANISATION, method: "open", paper: null }, null),
  "vote-organisation-secret": () => changeDraft(show(ORGANISATION).motion_id, { choices: ["for"] }),
  "vote-survey-scale": () =>
    changeDraft(
      show({ ...SECRET, force: "survey", shape: "scale", title: "今年的组织生活您打几分？", choices: SCALE, minimum_group: 5 }).motion_id,
      { choices: ["4"] },
    ),
  "vote-survey-words": () =>
    changeDraft(
      show({
        ...SECRET,
        force: "survey",
        shape: "word",
        title: "用几个词说说今年的支部工作",
        choices: [],
        max_choices: 3,
        minimum_group: 5,
      }).motion_id,
      { choices: ["w:踏实"] },
    ),
  "vote-officer": () => {
    const one = show({
      electorate: ["m-li"],
      paper_count: {
        issued: 3,
        returned: 3,
        void: 0,
        counts: [
          ["for", 2],
          ["against", 1],
          ["abstain", 0],
        ],
        entered_by: "m-he",
        scrutineer: ME,
        teller: "m-li",
        signed_by: [],
        named: [],
      },
    });
    if (meeting.value) meeting.value = { ...meeting.value, officers: [{ participant_id: ME, office: "scrutineer", motion_id: "v0" }] };
    changeDraft(one.motion_id, { step: "choose" });
  },
  officer: () => officer("voting"),
  "officer-collecting": () => officer("collecting"),
  "officer-report": () => {
    officer("voting");
    const state = meeting.value;
    const one = state === null ? undefined : Object.values(state.motions).find((other) => other.method === "secret");
    if (state === null || one === undefined) return;
    const counted = { ...one, phase: "closed" as const, report: { issued: 29, returned: 28, void: 1, holds: true } };
    meeting.value = { ...state, motions: { ...state.motions, [one.motion_id]: counted } };
  },
  "result-secret": () => result({}),
  "result-secret-missing": () => result({}, { ...RECEIPT, bulletin: "out", checked_at: NOW }),
  "result-election": () =>
    result(
      {
        ...ELECTION,
        tally: { ...TALLY, void: 1, paper: 3, counts: [...votes(22, 19, 17, 9, 6), ["w:孙国栋", 4]] },
        verdict: { ...VERDICT, carried: true, reason: "elected", elected: ["c1", "c2", "c3"], votes_for: 17 },
        paper_count: {
          issued: 3,
          returned: 3,
          void: 0,
          counts: [],
          entered_by: "m-he",
          scrutineer: "m-li",
          teller: "m-sun",
          signed_by: ["m-li", "m-sun"],
          named: [],
        },
      },
      PROVED,
    ),
  "result-election-tied": () =>
    result({
      ...ELECTION,
      tally: { ...TALLY, counts: votes(22, 19, 15, 15, 6) },
      verdict: { ...VERDICT, reason: "tied", elected: ["c1", "c2"], tied: ["c3", "c4"], short: 1 },
    }),
  "result-appraisal": () =>
    result({
      ...APPRAISAL,
      tally: {
        ...TALLY,
        counts: CANDIDATES.flatMap((one, n): [string, number][] => [
          [`${one.candidate_id}:excellent`, 18 - 3 * n],
          [`${one.candidate_id}:good`, 6 + 2 * n],
          [`${one.candidate_id}:pass`, 2],
          [`${one.candidate_id}:fail`, n ? 1 : 0],
        ]),
      },
      verdict: { ...VERDICT, reason: "no_force" },
    }),
  "result-self": () =>
    result(
      {
        ...SELF_SHEET,
        method: "named",
        paper: null,
        root: "",
        issued: 0,
        quorum_at_open: null,
        named: [
          { participant_id: ME, choices: ["c1:good", "t:按时参加组织生活，志愿服务四十小时；理论学习还不够系统。"] },
          { participant_id: "m-1", choices: ["t:今年外出调研较多，请假三次，都补了课。"] },
        ],
        tally: { ...TALLY, cast: 2, entitled: 16, counts: [["c1:good", 1]] },
        verdict: { ...VERDICT, reason: "no_force" },
      },
      {},
    ),
  "result-organisation": () => result({ ...ORGANISATION, method: "open", paper: null, root: "", ballots: { [ME]: ["for"] } }, {}),
  "result-appraisal-many": () => result({ ...MUTUAL, tally: { ...TALLY, counts: GRADED }, verdict: { ...VERDICT, reason: "no_force" } }),
  "result-survey-few": () =>
    result(
      {
        ...SECRET,
        force: "survey",
        shape: "scale",
        title: "今年的组织生活您打几分？",
        choices: SCALE,
        minimum_group: 5,
        quorum_at_open: null,
        tally: { ...TALLY, cast: 3, counts: [] },
        verdict: { ...VERDICT, reason: "no_force" },
      },
      PROVED,
    ),
  "result-scale": () =>
    result(
      {
        ...SECRET,
        force: "survey",
        shape: "scale",
        title: "今年的组织生活您打几分？",
        choices: SCALE,
        minimum_group: 5,
        quorum_at_open: null,
        tally: {
          ...TALLY,
          counts: [
            ["1", 0],
            ["2", 1],
            ["3", 5],
            ["4", 12],
            ["5", 8],
          ],
        },
        verdict: { ...VERDICT, reason: "no_force" },
      },
      PROVED,
    ),
};
