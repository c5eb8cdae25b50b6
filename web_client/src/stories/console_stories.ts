/** The secretary's console and the hall's screen: every tab and every sheet. */
import { boot, change, media, meeting, recordHead } from "../core/store";
import { progress } from "../core/ballot/kept";
import type { ConsoleAct } from "../views/console/act";
import { t } from "../core/i18n";
import { go } from "../views/layout";
import { notices } from "../views/notices";
import { aside } from "../views/vote/paper";
import type { MeetingState, Motion, Preset } from "../wire/messages";
import { ME, meetingState, motion, NOW, PLAIN, POLL, published, RUNNING, withPeople } from "./fixtures";
import { later } from "./port";
import { APPRAISAL, ELECTION, GRADED, MUTUAL, ORGANISATION, SECRET, SELF_SHEET, TALLY, VERDICT, votes } from "./secret_stories";

type Story = () => void;

const ELECTION_RULE: Preset = {
  ...PLAIN,
  preset_id: "election_full",
  title_zh: "差额选举",
  title_en: "Election with more candidates than seats",
  method: "secret",
  surplus_percent: 20,
  quorum: { numerator: 4, denominator: 5, comparison: "at_least", base: "entitled" },
  passing: { numerator: 1, denominator: 2, comparison: "more_than", base: "present" },
  source: "中国共产党基层组织选举工作条例（2020）",
  assumed: [],
  doubts: ["passing.base"],
};
const ADMISSION: Preset = {
  ...PLAIN,
  preset_id: "admission",
  title_zh: "接收预备党员",
  title_en: "Admitting a probationary member",
  written_opinions: true,
  source: "中国共产党发展党员工作细则",
};
const APPRAISAL_RULE: Preset = {
  ...PLAIN,
  preset_id: "appraisal",
  title_zh: "民主评议党员",
  title_en: "Democratic appraisal",
  passing: null,
  method: "secret",
  source: "支部工作条例（试行）第十八条",
  assumed: ["quorum"],
};
const OWN_APPRAISAL_RULE: Preset = {
  ...APPRAISAL_RULE,
  preset_id: "own-1",
  title_zh: "本支部评议办法",
  title_en: "How this branch appraises",
  excellent: { numerator: 1, denominator: 4 },
  source: "支部大会 2026 年 3 月决定",
};

const DRAFTED: Partial<Motion> = {
  phase: "drafted",
  opened_at: null,
  closes_at: null,
  returned: 0,
  quorum_at_open: null,
  electorate: [],
  preset: ADMISSION,
};
const TIED: Partial<Motion> = {
  ...ELECTION,
  motion_id: "e1",
  tally: { ...TALLY, counts: votes(22, 19, 15, 15, 6) },
  verdict: { ...VERDICT, reason: "tied", elected: ["c1", "c2"], tied: ["c3", "c4"], short: 1 },
};
const VOID: Partial<Motion> = {
  ...SECRET,
  motion_id: "x1",
  title: "关于接收林晓雨同志的决议",
  phase: "closed",
  published_at: null,
  tally: {
    ...TALLY,
    counts: [
      ["for", 20],
      ["against", 6],
      ["abstain", 1],
    ],
  },
  verdict: { ...VERDICT, reason: "more_than_issued" },
};

const DRAFT = motion({ ...DRAFTED, motion_id: "d1" });
const MOVED = motion({
  ...DRAFTED,
  motion_id: "d2",
  title: "通过 2026 年支部工作总结",
  phase: "moved",
  moved_at: NOW - 600_000,
  amendments: [{ title: "通过支部工作总结", text: "", amended_by: "m-zhou", amended_at: NOW - 300_000 }],
  opinions: [{ participant_id: "m-wang", choices: ["for"], reference: "11 月 20 日来信", filed_by: ME }],
});
const SECRET_DRAFT = motion({ ...DRAFTED, ...SECRET, motion_id: "d3", title: "接收林晓雨同志为中共预备党员", paper: null });
const ELECTION_DRAFT = motion({ ...DRAFTED, ...ELECTION, motion_id: "d4", paper: null, preset: ELECTION_RULE });
const POLL_DRAFT = motion({ ...DRAFTED, ...POLL, motion_id: "d5" });

function hall(fields: Partial<MeetingState>): void {
  const state = meetingState({
    recording: { started_at: NOW - 1_200_000, started_by: ME },
    floor: { participant_id: "m-li", granted_at: NOW - 72_000, ends_at: NOW + 108_000 },
    hands: [
      { participant_id: "m-3", raised_at: NOW },
      { participant_id: "m-5", raised_at: NOW },
    ],
    ...fields,
  });
  meeting.value = withPeople(evidence(state), { [ME]: { role: "secretary" }, "m-he": { role: "member" } });
  // the secretary's own papers wait at the top of the page
  for (const one of Object.values(state.motions))
    for (const stage of ["choose", "watch", "fetching", "not_collected", "counted"]) aside(`${one.motion_id}:${stage}`);
  change(media, {
    phase: "live",
    profile: "video",
    slots: [{ mid: "v0", kind: "video", participant_id: "m-li" }],
    quality: 3,
    canShareScreen: true,
  });
  if (boot.value) boot.value = { ...boot.value, presets: [ADMISSION, ELECTION_RULE, APPRAISAL_RULE, OWN_APPRAISAL_RULE] };
}

/** Everyone's evidence so far: some late, some gone for a while. */
function evidence(state: MeetingState): MeetingState {
  const from = state.opened_at ?? NOW;
  const each = Object.values(state.participants)
    .filter((one) => one.present)
    .map((one, n) => {
      const since = from + (n % 5 === 4 ? n * 15_000 : 0);
      const level = "responsive" as const;
      const whole = [{ since, until: null, level, reason: "joined" as const, marked_by: null }];
      const broken = [
        { since, until: from + 900_000 + n * 9_000, level, reason: "joined" as const, marked_by: null },
        { since: from + 1_200_000 + n * 12_000, until: null, level, reason: "joined" as const, marked_by: null },
      ];
      return [one.participant_id, { intervals: n % 2 ? broken : whole }] as const;
    });
  return withPeople(state, Object.fromEntries(each));
}

function console_(fields: Partial<MeetingState> = {}, tab = 0): void {
  hall(fields);
  go({ place: "console", panel: "stage" });
  later.run = () => document.querySelectorAll<HTMLButtonElement>(".dock__btn")[tab]?.click();
}

function sheet(act: ConsoleAct, motions: readonly Motion[] = [], fields: Partial<MeetingState> = {}): Story {
  return () => {
    hall({ motions: byId(motions), ...fields });
    go({ place: "console", panel: "stage", sheet: { name: "console", act } });
  };
}

/** The draft of one kind: chosen as a hand would. */
function draft(force: string): Story {
  return () => {
    sheet({ kind: "draft", item: "i4" })();
    later.run = () => {
      const select = document.querySelector<HTMLSelectElement>("#force");
      if (select === null) return;
      select.value = force;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    };
  };
}

/** An appraisal's sheet, with the mutual one published before; filled in from it where that is offered. */
function draftSheet(which: string): Story {
  return () => {
    sheet({ kind: "draft", item: "i4" }, [
      published({ ...MUTUAL, motion_id: "a1", tally: { ...TALLY, counts: GRADED }, verdict: { ...VERDICT, reason: "no_force" } }),
    ])();
    later.run = () => {
      const select = document.querySelector<HTMLSelectElement>("#force");
      if (select === null) return;
      select.value = "appraisal";
      select.dispatchEvent(new Event("change", { bubbles: true }));
      requestAnimationFrame(() => {
        document.querySelector<HTMLInputElement>(`input[name=sheet][value=${which}]`)?.click();
        requestAnimationFrame(() => document.querySelector<HTMLButtonElement>(".sheet .segments > .btn--soft")?.click());
      });
    };
  };
}

function byId(list: readonly Motion[]): Record<string, Motion> {
  return Object.fromEntries(list.map((one) => [one.motion_id, one]));
}

const OFFICERS = [
  { participant_id: "m-li", office: "scrutineer", motion_id: "v0" },
  { participant_id: "m-sun", office: "teller", motion_id: "v0" },
] as const;
const CALL = {
  roll_call_id: "r2",
  opened_at: NOW - 18_000,
  closes_at: NOW + 42_000,
  expected: Object.keys(meetingState().participants),
  answered: ["m-zhou", "m-he", "m-li", "m-0", "m-1"],
  closed_at: null,
};

/** Three opened in one step; the first is filled in here. */
export const BATCH: readonly Motion[] = [
  motion({ motion_id: "b1", title: "通过 2026 年支部工作总结", returned: 19 }),
  motion({ motion_id: "b2", title: "通过 2027 年支部工作计划", returned: 14 }),
  motion({ motion_id: "b3", title: "同意王志远同志因外出调研请假", method: "named", returned: 9 }),
];

function stage(fields: Partial<MeetingState>): Story {
  return () => {
    hall({ floor: null, hands: [], ...fields });
    progress.value = { v1: { issued: 26, returned: 19 } };
  };
}

export const CONSOLE_STORIES: Readonly<Record<string, Story>> = {
  "console-agenda": () => console_(),
  "console-agenda-page": () => console_({ shown: { document_id: "d1", page: 3, shown_by: ME } }),
  "console-guide": () => {
    const purposes = ["roll_call", "", "election_rules", "scrutineers", "ballot"] as const;
    const agenda = meetingState({}).agenda.map((item, n) => ({ ...item, purpose: purposes[n] ?? ("" as const) }));
    const at = agenda.find((item) => item.item_id === meetingState({}).current_item);
    const counting = motion({ item_id: at?.item_id ?? null, hall_voters: ["m-0"] });
    console_({
      agenda: agenda.map((item) => (item === at ? { ...item, purpose: "election_rules" as const } : item)),
      motions: byId([counting]),
    });
  },
  "console-votes": () =>
    console_(
      {
        motions: byId([
          DRAFT,
          MOVED,
          motion(),
          motion({ ...VOID, opened_at: NOW - 900_000 }),
          published({ motion_id: "p9", title: "通过会议议程" }),
          published({ ...TIED }),
        ]),
      },
      1,
    ),
  "console-votes-ready": () => console_({ motions: byId([DRAFT, MOVED, POLL_DRAFT, SECRET_DRAFT]) }, 1),
  "console-votes-batch": () =>
    console_({ motions: byId(BATCH.map((one) => ({ ...one, electorate: one.electorate.filter((id) => id !== ME) }))) }, 1),
  "console-votes-poll": () => console_({ motions: byId([motion(RUNNING.scale)]) }, 1),
  "console-votes-none": () => console_({}, 1),
  "console-floor": () => console_({}, 2),
  "console-people": () => console_({ roll_call: { ...CALL, expected: CALL.expected.filter((id) => id !== ME) } }, 3),
  "console-people-excluded": () => {
    console_({}, 3);
    meeting.value = withPeople(meeting.value ?? meetingState(), {
      "m-li": { recusals: [{ item_id: "i3", since: NOW, until: null }] },
      "m-sun": { present: false, excluded_reason: "出国六个月以上（校党〔2026〕31 号）", exclusion_needs_vote: true },
    });
  },
  "console-item": sheet({ kind: "item", item: "i4" }),
  "console-item-new": sheet({ kind: "item", item: null }),
  "console-draft-motion": sheet({ kind: "draft", item: "i4" }),
  "console-draft-poll": draft("poll"),
  "console-draft-election": draft("election"),
  "console-draft-appraisal": draft("appraisal"),
  "console-draft-self": draftSheet("self"),
  "console-draft-organisation": draftSheet("organisation"),
  "console-open-self": sheet({ kind: "open_vote", motion: "d6" }, [motion({ ...DRAFTED, ...SELF_SHEET, motion_id: "d6" })]),
  "console-open-organisation": sheet({ kind: "open_vote", motion: "d7" }, [motion({ ...DRAFTED, ...ORGANISATION, motion_id: "d7" })]),
  "console-draft-survey": draft("survey"),
  "console-batch": sheet({ kind: "batch" }, [DRAFT, MOVED, POLL_DRAFT]),
  "console-close-batch": sheet({ kind: "close_batch" }, BATCH),
  "console-open": sheet({ kind: "open_vote", motion: "d2" }, [MOVED]),
  "console-open-secret": sheet({ kind: "open_vote", motion: "d3" }, [SECRET_DRAFT]),
  "console-open-election": sheet({ kind: "open_vote", motion: "d4" }, [ELECTION_DRAFT]),
  "console-close": sheet({ kind: "close_vote", motion: "v1" }, [motion({ electorate: ["m-li", "m-sun", "m-0"], returned: 1 })]),
  "console-publish": sheet({ kind: "publish", motion: "v1" }, [published({ phase: "closed", published_at: null, ballots: {} })]),
  "console-publish-void": sheet({ kind: "publish", motion: "x1" }, [published({ ...VOID })]),
  "console-publish-tied": sheet({ kind: "publish", motion: "e1" }, [published({ ...TIED, phase: "closed", published_at: null })]),
  "console-withdraw": sheet({ kind: "withdraw", motion: "d1" }, [DRAFT]),
  "console-motion-acts": sheet({ kind: "motion_acts", motion: "d2" }, [MOVED]),
  "console-amend": sheet({ kind: "amend", motion: "d2" }, [MOVED]),
  "console-opinion": sheet({ kind: "opinion", motion: "d2" }, [MOVED]),
  "console-paper-count": sheet(
    { kind: "paper_count", motion: "v1" },
    [motion({ ...SECRET, electorate: ["m-li", "m-0", "m-1"], hall_voters: ["m-0", "m-1"] })],
    { officers: OFFICERS },
  ),
  "console-hall-register": sheet({ kind: "paper_count", motion: "v1" }, [motion()], { officers: OFFICERS }),
  "console-hall-hands": sheet({ kind: "paper_count", motion: "v1" }, [motion({ hall_voters: ["m-0", "m-1", "m-2"] })], {
    officers: OFFICERS,
  }),
  "console-hall-named": sheet({ kind: "paper_count", motion: "v1" }, [motion({ method: "named", hall_voters: ["m-0", "m-1"] })], {
    officers: OFFICERS,
  }),
  "console-votes-hall": () => console_({ officers: OFFICERS, motions: byId([motion({ hall_voters: ["m-0", "m-1", "m-2"] })]) }, 1),
  "console-revote-tied": sheet({ kind: "revote", motion: "e1" }, [published({ ...TIED })]),
  "console-revote-short": sheet({ kind: "revote", motion: "e1" }, [
    published({ ...TIED, verdict: { ...VERDICT, reason: "short", elected: ["c1", "c2"], short: 1 } }),
    published({ motion_id: "d9", title: "支部委员会委员名额减为二名" }),
  ]),
  "console-revote-void": sheet({ kind: "revote", motion: "x1" }, [published({ ...VOID })]),
  "console-officers": sheet({ kind: "officers" }, [published()], { officers: OFFICERS }),
  "console-roll-call": sheet({ kind: "roll_call" }),
  "console-person-lookalike": () => {
    console_({}, 3);
    meeting.value = withPeople(meeting.value ?? meetingState(), {
      "m-lin": { name: "李 敏", standing: "guest", role: "guest", present: true, resembles: "m-li" },
    });
    notices.value = [
      {
        kind: "lookalike",
        title: t("room.notice_lookalike", { name: "李 敏（列席）", member: "李敏" }),
        words: t("room.notice_lookalike_words"),
      },
    ];
  },
  "console-person": sheet({ kind: "person", participant: "m-li" }),
  "console-person-recused": () => {
    sheet({ kind: "person", participant: "m-li" })();
    meeting.value = withPeople(meeting.value ?? meetingState(), { "m-li": { recusals: [{ item_id: "i3", since: NOW, until: null }] } });
  },
  "console-person-removed": () => {
    sheet({ kind: "person", participant: "m-li" })();
    const state = meeting.value;
    const li = state?.participants["m-li"];
    if (state && li)
      meeting.value = {
        ...state,
        participants: { ...state.participants, "m-li": { ...li, removed: true, counted: true, present: false, media: [] } },
      };
  },
  "console-note": sheet({ kind: "note", participant: "m-li" }),
  "console-rooms": sheet({ kind: "rooms" }, [], {
    rooms: { ...meetingState().rooms, r1: { room_id: "r1", title: "第一党小组", kind: "voice", moderated: false, captioned: false } },
  }),
  "console-recording": sheet({ kind: "recording" }),
  "console-recording-off": sheet({ kind: "recording" }, [], { recording: null }),
  "console-adjourn": sheet({ kind: "adjourn" }, [published({ phase: "closed", published_at: null })]),
  "console-more": sheet({ kind: "more" }),
  "stage-idle": stage({}),
  "stage-adjourned": () => {
    recordHead.value = "152.9c417be053d2a6f08b1e44d37c95aa02";
    stage({ phase: "adjourned", adjourned_at: NOW })();
  },
  "stage-voting": stage({ motions: byId([motion()]) }),
  "stage-hall": stage({ motions: byId([motion({ hall_voters: ["m-0", "m-1", "m-2"] })]) }),
  "stage-secret": stage({ motions: byId([motion(SECRET)]) }),
  "stage-election": stage({ motions: byId([motion(ELECTION)]) }),
  "stage-batch": stage({ motions: byId(BATCH) }),
  "stage-batch-results": stage({
    motions: byId(
      BATCH.map((one, n) => ({
        ...published(),
        motion_id: one.motion_id,
        title: one.title,
        opened_at: one.opened_at,
        ...(n === 2
          ? {
              verdict: {
                carried: false,
                reason: "not_reached",
                needed: 15,
                base: "entitled",
                base_count: 28,
                votes_for: 9,
                elected: [],
                tied: [],
                short: 0,
                ineligible: [],
              } as const,
            }
          : {}),
      })),
    ),
  }),
  "stage-poll": stage({ motions: byId([motion(RUNNING.choices)]) }),
  "stage-poll-scale": stage({ motions: byId([motion(RUNNING.scale)]) }),
  "stage-poll-words": stage({ motions: byId([motion(RUNNING.words)]) }),
  "stage-result-words": stage({
    motions: byId([
      published({
        ...RUNNING.words,
        tally: { ...TALLY, counts: RUNNING.words.running?.counts ?? [] },
        verdict: { ...VERDICT, reason: "no_force" },
      }),
    ]),
  }),
  "stage-roll-call": stage({ roll_call: CALL }),
  "stage-result": stage({ motions: byId([published()]) }),
  "stage-result-election": stage({
    motions: byId([
      published({
        ...ELECTION,
        tally: { ...TALLY, counts: [...votes(22, 19, 17, 9, 6), ["w:孙国栋", 4]] },
        verdict: { ...VERDICT, carried: true, reason: "elected", elected: ["c1", "c2", "c3"], votes_for: 17 },
      }),
    ]),
  }),
  "stage-result-appraisal": stage({
    motions: byId([published({ ...APPRAISAL, tally: { ...TALLY, counts: [] }, verdict: { ...VERDICT, reason: "no_force" } })]),
  }),
};
