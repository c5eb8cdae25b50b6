/** One branch meeting in the middle of its agenda: the ground every story changes a little. */
import type { AgendaItem, Choice, Interval, MeetingState, Message, Motion, Participant, Preset } from "../wire/messages";

export const NOW = Date.now();
const MINUTE = 60_000;
export const ME = "m-ding";
const OPENED = NOW - 35 * MINUTE;

export const PLAIN: Preset = {
  preset_id: "general",
  title_zh: "支部党员大会一般决议",
  title_en: "General resolution of a branch",
  quorum: { numerator: 1, denominator: 2, comparison: "more_than", base: "entitled" },
  passing: { numerator: 1, denominator: 2, comparison: "more_than", base: "entitled" },
  method: "open",
  electorate: "voting",
  source: "",
  assumed: [],
  written_opinions: false,
  proxy: false,
  surplus_percent: 0,
  doubts: [],
  excellent: { numerator: 1, denominator: 3 },
  excellent_of: 0,
  bulletin: "scrutineers",
  write_ins: "roster",
  source_en: "",
  article: "",
  text_date: "",
  compared_with: [],
  valid_from: "",
  replaced_by: "",
  made_for: null,
  note_zh: "",
  note_en: "",
};

function intervals(level: Interval["level"], reason: string): readonly Interval[] {
  return [
    { since: OPENED - 3 * MINUTE, until: OPENED + 5 * MINUTE, level: "responsive", reason: "joined", marked_by: null },
    { since: OPENED + 5 * MINUTE, until: OPENED + 18 * MINUTE, level: "confirmed", reason: "roll_call", marked_by: null },
    { since: OPENED + 18 * MINUTE, until: OPENED + 24 * MINUTE, level: "connected", reason: "background", marked_by: null },
    { since: OPENED + 27 * MINUTE, until: null, level, reason, marked_by: null },
  ];
}

export function person(id: string, name: string, fields: Partial<Participant> = {}): Participant {
  return {
    participant_id: id,
    name,
    standing: "full",
    role: "member",
    voting: true,
    committee: false,
    excluded_reason: "",
    leave_reason: "",
    leave_approved: false,
    room_id: "hall",
    moves: [],
    present: true,
    first_arrived_at: OPENED - 3 * MINUTE,
    left_at: null,
    removed: false,
    counted: false,
    media: [],
    kind: "person",
    resembles: null,
    items: [],
    inside_since: null,
    recusals: [],
    exclusion_needs_vote: false,
    excluded_by: null,
    recording_acknowledged: true,
    recording_declined: false,
    connections: {},
    intervals: [],
    gone_since: null,
    grace_until: null,
    marked_present: false,
    last_hall_code: 0,
    ...fields,
  };
}

const MORE_NAMES = [
  "马丽娟",
  "陈思源",
  "刘海涛",
  "赵雅琴",
  "郑凯",
  "黄晓明",
  "吴佳怡",
  "徐浩",
  "杨帆",
  "朱琳",
  "高翔",
  "罗丹",
  "梁超",
  "宋雨",
  "唐磊",
  "许静",
  "韩冰",
  "冯雪",
  "曹阳",
  "彭飞",
  "曾敏",
  "萧然",
];

function participants(): Record<string, Participant> {
  const list = [
    person("m-zhou", "周建华", { role: "chair", committee: true }),
    person("m-he", "何雨桐", { role: "secretary", committee: true }),
    person("m-li", "李敏", { media: ["audio", "video"] }),
    person("m-sun", "孙国栋", { media: ["video"] }),
    person(ME, "丁文静", { committee: true, intervals: intervals("responsive", "foreground") }),
    ...MORE_NAMES.map((name, i) =>
      person(`m-${i}`, name, {
        present: i < 20,
        left_at: i === 20 ? OPENED + 10 * MINUTE : null,
        first_arrived_at: i === 21 ? null : OPENED,
      }),
    ),
    person("m-lin", "林晓雨", { standing: "applicant", role: "guest", voting: false }),
    person("m-fang", "方圆", { standing: "probationary", voting: false }),
    person("m-wang", "王志远", { present: false, leave_reason: "外出调研", leave_approved: true, first_arrived_at: null }),
  ];
  return Object.fromEntries(list.map((p) => [p.participant_id, p]));
}

function item(no: number, title: string, minutes: number, started: number | null, ended: number | null, speaker = ""): AgendaItem {
  return {
    item_id: `i${no}`,
    title,
    minutes,
    speaker,
    started_at: started === null ? null : OPENED + started * MINUTE,
    ended_at: ended === null ? null : OPENED + ended * MINUTE,
    purpose: "",
  };
}

export function message(no: number, author: string, text: string, fields: Partial<Message> = {}): Message {
  return {
    message_id: `c${no}`,
    room_id: "hall",
    author_id: author,
    posted_at: NOW - (20 - no) * MINUTE,
    text,
    audience: [],
    withheld_from: [],
    removed_by: null,
    ...fields,
  };
}

export const CHAT: readonly Message[] = [
  message(1, "m-zhou", "下面请李敏同志谈谈志愿服务的情况，其他同志可以先把问题写在这里。"),
  message(2, "m-0", "志愿服务那页能再放一下吗？"),
  message(3, "m-he", "文稿在“更多 → 资料”里，可以自己翻看。"),
  message(4, "m-3", "", { removed_by: "m-he" }),
  message(5, ME, "收到，谢谢。"),
];

const THREE: readonly Choice[] = [
  { choice_id: "for", label: "赞成" },
  { choice_id: "against", label: "不赞成" },
  { choice_id: "abstain", label: "弃权" },
];

export function motion(fields: Partial<Motion> = {}): Motion {
  return {
    motion_id: "v1",
    phase: "voting",
    title: "接收林晓雨同志为中共预备党员",
    text: "",
    item_id: "i4",
    force: "motion",
    method: "open",
    choices: THREE,
    max_choices: 1,
    preset: { ...PLAIN, title_zh: "接收预备党员", title_en: "Admitting a probationary member" },
    electorate: Object.values(participants())
      .filter((p) => p.voting)
      .map((p) => p.participant_id),
    opened_at: NOW - 46_000,
    closes_at: NOW + 134_000,
    closed_at: null,
    published_at: null,
    quorum_at_open: { entitled: 28, present: 25, needed: 15, met: true },
    quorum_at_close: null,
    returned: 11,
    ballots: {},
    tally: null,
    verdict: null,
    named: [],
    withdrawn_reason: "",
    shape: "choices",
    candidates: [],
    terms: null,
    minimum_group: 0,
    revote_of: null,
    amendments: [],
    opinions: [],
    paper: null,
    collect_until: null,
    seconds: 0,
    collect_seconds: 0,
    opened_by: "m-zhou",
    attending: [],
    joined: [],
    present_at_close: 0,
    issued: 0,
    root: "",
    hall_voters: [],
    paper_count: null,
    report: null,
    report_signed_by: [],
    reduction: null,
    roster: [],
    moved_at: null,
    sheet: "mutual",
    based_on: [],
    nominees: [],
    excludes: [],
    excellent_reason: "",
    running: null,
    ...fields,
  };
}

export function published(fields: Partial<Motion> = {}): Motion {
  return motion({
    phase: "published",
    opened_at: NOW - 5 * MINUTE,
    closes_at: NOW - 2 * MINUTE,
    closed_at: NOW - 2 * MINUTE,
    published_at: NOW - MINUTE,
    returned: 26,
    present_at_close: 24,
    quorum_at_close: { entitled: 28, present: 26, needed: 15, met: true },
    ballots: { [ME]: ["for"] },
    tally: {
      counts: [
        ["for", 22],
        ["against", 2],
        ["abstain", 2],
      ],
      cast: 26,
      entitled: 28,
      present: 26,
      void: 0,
      written: 0,
      paper: 0,
    },
    verdict: {
      carried: true,
      reason: "reached",
      needed: 15,
      base: "entitled",
      base_count: 28,
      votes_for: 22,
      elected: [],
      tied: [],
      short: 0,
      ineligible: [],
    },
    ...fields,
  });
}

export const POLL: Partial<Motion> = {
  motion_id: "p1",
  force: "poll",
  title: "下次主题党日去哪里？可以选两处。",
  max_choices: 2,
  quorum_at_open: null,
  choices: [
    { choice_id: "c1", label: "革命历史纪念馆" },
    { choice_id: "c2", label: "社区数字课堂" },
    { choice_id: "c3", label: "乡村振兴示范村" },
    { choice_id: "c4", label: "校史馆" },
    { choice_id: "c5", label: "先听听大家的意见再定，暂时不去" },
  ],
};

const FIVE = ["1", "2", "3", "4", "5"].map((choice_id) => ({ choice_id, label: "" }));
/** Quick polls as they run. */
export const RUNNING: Readonly<Record<"choices" | "scale" | "words" | "few", Partial<Motion>>> = {
  choices: {
    ...POLL,
    returned: 20,
    running: {
      cast: 18,
      counts: [
        ["c1", 4],
        ["c2", 12],
        ["c3", 9],
        ["c4", 1],
        ["c5", 2],
      ],
    },
  },
  scale: {
    ...POLL,
    title: "今年的组织生活您打几分？",
    shape: "scale",
    max_choices: 1,
    choices: FIVE,
    returned: 18,
    running: {
      cast: 18,
      counts: [
        ["1", 0],
        ["2", 1],
        ["3", 4],
        ["4", 8],
        ["5", 5],
      ],
    },
  },
  words: {
    ...POLL,
    title: "用几个词说说今年的支部工作",
    shape: "word",
    max_choices: 3,
    choices: [],
    returned: 18,
    running: {
      cast: 18,
      counts: [
        ["w:踏实", 9],
        ["w:团结", 7],
        ["w:学习", 5],
        ["w:志愿服务", 4],
        ["w:守时", 2],
        ["w:热闹", 1],
        ["w:还可以更活泼", 1],
      ],
    },
  },
  few: { ...POLL, returned: 2, running: null },
};

export function meetingState(fields: Partial<MeetingState> = {}): MeetingState {
  return {
    meeting_id: "M1",
    phase: "open",
    title: "2026年11月支部党员大会",
    kind: "general",
    branch_id: "b1",
    branch_name: "信息学院研究生第二党支部",
    place: "教学楼 A305 与线上",
    starts_at: OPENED,
    ends_at: OPENED + 90 * MINUTE,
    preset: PLAIN,
    documents: [
      { document_id: "d1", title: "2026 年支部工作总结（征求意见稿）", media_type: "application/pdf", size: 1_840_000, pages: 12 },
      { document_id: "d2", title: "志愿服务照片", media_type: "image/jpeg", size: 420_000, pages: 1 },
    ],
    participants: participants(),
    agenda: [
      item(1, "宣布开会，核实到会人数", 5, 0, 6, "周建华"),
      item(2, "学习：党员教育管理工作条例", 15, 6, 22, "何雨桐"),
      item(3, "审议年度工作总结", 20, 22, null, "李敏"),
      item(4, "表决：接收林晓雨为预备党员", 15, null, null),
      item(5, "选举支部委员会委员", 20, null, null),
      item(6, "其他事项", 5, null, null),
    ],
    rooms: { hall: { room_id: "hall", title: "会场", kind: "video", moderated: false, captioned: false } },
    opened_at: OPENED,
    adjourned_at: null,
    current_item: "i3",
    hands: [],
    floor: null,
    shown: null,
    chat: CHAT,
    chat_paused: false,
    roll_call: null,
    motions: {},
    recording: null,
    recording_planned: true,
    full_members: 0,
    notes: [],
    officers: [],
    former_officers: [],
    contests: [],
    counters: { rooms: 0, items: 6, motions: 1, messages: 5, notes: 0, roll_calls: 2, contests: 0 },
    ...fields,
  };
}

/** The meeting with some people changed. */
export function withPeople(state: MeetingState, changes: Readonly<Record<string, Partial<Participant>>>): MeetingState {
  const people = { ...state.participants };
  for (const [id, fields] of Object.entries(changes)) {
    const before = people[id];
    if (before !== undefined) people[id] = { ...before, ...fields };
  }
  return { ...state, participants: people };
}
