/** What comes next on an agenda whose items know what they are for: one step at a time, from 清点 to 宣布. */
import {
  type AgendaItem,
  type CommandData,
  type CommandKind,
  Electorate,
  type ItemId,
  ItemPurpose,
  type MeetingState,
  type Motion,
  type MotionId,
  MotionForce,
  MotionPhase,
  Office,
  type Participant,
  VoteMethod,
} from "../wire/messages";

/** Seconds for a roll call that the guide opens; it can be ended earlier. */
const ROLL_CALL_SECONDS = 60;

export type GuideCommand = { [K in CommandKind]: { readonly kind: K; readonly data: CommandData[K] } }[CommandKind];
export type GuideSheet =
  | { readonly sheet: "draft"; readonly item: ItemId }
  | { readonly sheet: "open_vote" | "close_vote" | "paper_count" | "revote"; readonly motion: MotionId }
  | { readonly sheet: "officers" }
  | { readonly sheet: "adjourn" };

/** The next step: `say` is what the button says (`console.guide_<say>`); the commands first, then the sheet; without both there is only to wait. */
export interface GuideStep {
  readonly say: string;
  /** The item or motion that the words name. */
  readonly title: string;
  readonly commands: readonly GuideCommand[];
  readonly sheet: GuideSheet | null;
  /** Changes the record for good: the button is red. */
  readonly force: boolean;
}

/** Papers out and back, as the caller knows them. */
export type Papers = (motion: Motion) => { readonly issued: number; readonly returned: number };

const VOTES: readonly ItemPurpose[] = [
  ItemPurpose.EXCLUSIONS,
  ItemPurpose.ELECTION_RULES,
  ItemPurpose.SCRUTINEERS,
  ItemPurpose.BALLOT,
  ItemPurpose.DECISION,
  ItemPurpose.APPRAISAL,
];
const BEFORE: readonly MotionPhase[] = [MotionPhase.DRAFTED, MotionPhase.MOVED, MotionPhase.DISCUSSED];

/** Whether an agenda is one the guide knows. */
export function isGuided(state: MeetingState): boolean {
  return state.agenda.some((item) => item.purpose !== ItemPurpose.NONE);
}

/** What is missing before the meeting opens: items that need a paper and have none yet. */
export function preparations(state: MeetingState): readonly AgendaItem[] {
  return state.agenda.filter(
    (item) => item.ended_at === null && VOTES.includes(item.purpose) && !isIdle(state, item) && papersFor(state, item).length === 0,
  );
}

/** Whether nobody is named yet who counts, though an item announces them. */
export function tellersMissing(state: MeetingState): boolean {
  return state.agenda.some((item) => item.purpose === ItemPurpose.SCRUTINEERS && item.ended_at === null) && !hasTeller(state);
}

/** Whether the committee was elected here: those elected can take office. */
export function committeeElected(state: MeetingState): boolean {
  return Object.values(state.motions).some(
    (one) =>
      one.force === MotionForce.ELECTION &&
      one.phase === MotionPhase.PUBLISHED &&
      one.preset.electorate === Electorate.VOTING &&
      (one.verdict?.elected.length ?? 0) > 0,
  );
}

/** The next step of an open meeting. */
export function nextStep(state: MeetingState, papers: Papers): GuideStep {
  const item = state.agenda.find((one) => one.item_id === state.current_item);
  if (item === undefined) return onward(state, null);
  if (item.purpose === ItemPurpose.ROLL_CALL && runs(state)) return onward(state, item, [command("CloseRollCall", {})]);
  return within(state, item, papers) ?? onward(state, item);
}

/** The step past what is unfinished in the present item; null: the next step goes on by itself. */
export function skipStep(state: MeetingState, papers: Papers): GuideStep | null {
  const item = state.agenda.find((one) => one.item_id === state.current_item);
  if (item === undefined) return null;
  const here = within(state, item, papers);
  if (here === null || runs(state) || under(state)) return null;
  const next = following(state, item);
  return next === null ? null : step("skip", next.title, [command("StepAgenda", { item_id: next.item_id })]);
}

/** What is left to do in an item; null: nothing. */
function within(state: MeetingState, item: AgendaItem, papers: Papers): GuideStep | null {
  switch (item.purpose) {
    case ItemPurpose.ROLL_CALL:
      return calledIn(state, item) ? null : step("roll_call", item.title, [command("OpenRollCall", { seconds: ROLL_CALL_SECONDS })]);
    case ItemPurpose.COUNT:
    case ItemPurpose.ANNOUNCE:
      return counted(state, item, papers);
    default:
      return VOTES.includes(item.purpose) ? voted(state, item, papers) : null;
  }
}

function voted(state: MeetingState, item: AgendaItem, papers: Papers): GuideStep | null {
  if (isIdle(state, item)) return null;
  const all = papersFor(state, item);
  const motion = all.find((one) => one.phase !== MotionPhase.PUBLISHED);
  if (motion !== undefined) return onMotion(state, motion, papers);
  if (all.length === 0) return sheet("prepare", item.title, { sheet: "draft", item: item.item_id });
  const last = all[all.length - 1];
  if (last !== undefined && needsAnother(state, last)) return sheet("again", last.title, { sheet: "revote", motion: last.motion_id });
  if (item.purpose === ItemPurpose.SCRUTINEERS && last?.verdict?.carried === true && !hasTeller(state))
    return sheet("tellers", item.title, { sheet: "officers" });
  return null;
}

/** A motion on its way to the result. */
function onMotion(state: MeetingState, motion: Motion, papers: Papers): GuideStep | null {
  const { motion_id, title } = motion;
  switch (motion.phase) {
    case MotionPhase.DRAFTED:
    case MotionPhase.MOVED:
    case MotionPhase.DISCUSSED:
      return motion.method === VoteMethod.SECRET
        ? sheet("open_secret", title, { sheet: "open_vote", motion: motion_id })
        : step("open", title, [opening(motion)], true);
    case MotionPhase.COLLECTING:
      return step("close_collecting", title, [command("CloseCollecting", { motion_id })]);
    case MotionPhase.VOTING: {
      if (motion.paper_count === null && motion.hall_voters.length > 0)
        return sheet("count_missing", title, { sheet: "paper_count", motion: motion_id });
      if (motion.paper_count !== null && motion.paper_count.signed_by.length < 2) return waiting("count_unsigned", title);
      const { issued, returned } = papers(motion);
      if (returned < issued) return sheet("close_early", title, { sheet: "close_vote", motion: motion_id });
      return step(
        motion.method === VoteMethod.SECRET ? "close" : "close_publish",
        title,
        [command("CloseMotion", { motion_id }), ...(motion.method === VoteMethod.SECRET ? toCount(state, motion) : [publishing(motion)])],
        motion.method !== VoteMethod.SECRET,
      );
    }
    case MotionPhase.CLOSED:
      return countItem(state, motion) === undefined ? step("publish", title, [publishing(motion)], true) : null;
    case MotionPhase.PREPARING:
      return waiting("preparing", title);
    default:
      return waiting("sealing", title);
  }
}

/** 计票 and 宣布: the report sheet is signed, then the result is read out. */
function counted(state: MeetingState, item: AgendaItem, papers: Papers): GuideStep | null {
  const motion = Object.values(state.motions).find(
    (one) => one.force === MotionForce.ELECTION && !isOver(one) && !BEFORE.includes(one.phase),
  );
  if (motion === undefined) return null;
  if (motion.phase !== MotionPhase.CLOSED) return onMotion(state, motion, papers);
  if (motion.report !== null && motion.report_signed_by.length === 0 && hasScrutineer(state))
    return waiting("report_unsigned", motion.title);
  return item.purpose === ItemPurpose.ANNOUNCE || !later(state, item, ItemPurpose.ANNOUNCE)
    ? step("publish", motion.title, [publishing(motion)], true)
    : null;
}

/** On to the next item that has something to do, and the act it begins with where that is safe to begin with it. */
function onward(state: MeetingState, from: AgendaItem | null, first: readonly GuideCommand[] = []): GuideStep {
  const next = following(state, from);
  if (next === null) {
    if (from === null && state.agenda.some((one) => one.started_at !== null)) return sheet("adjourn", "", { sheet: "adjourn" });
    return step("end_agenda", "", [...first, command("StepAgenda", { item_id: null })]);
  }
  const begun = within(state, next, () => ({ issued: 0, returned: 0 }));
  const ready = begun !== null && (begun.sheet?.sheet === "open_vote" || (begun.sheet === null && begun.commands.length > 0));
  const also = ready ? begun : null;
  const say = also === null ? (first.length > 0 ? "called_next" : "next") : `next_${also.say}`;
  return {
    say,
    title: next.title,
    commands: [...first, command("StepAgenda", { item_id: next.item_id }), ...(also?.commands ?? [])],
    sheet: also?.sheet ?? null,
    force: also?.force === true,
  };
}

function following(state: MeetingState, from: AgendaItem | null): AgendaItem | null {
  const at = from === null ? -1 : state.agenda.indexOf(from);
  return state.agenda.slice(at + 1).find((one) => one.ended_at === null && !isIdle(state, one)) ?? null;
}

/** An item that has nothing to do: nobody is to be excluded from 应到. */
function isIdle(state: MeetingState, item: AgendaItem): boolean {
  return item.purpose === ItemPurpose.EXCLUSIONS && papersFor(state, item).length === 0 && toExclude(state).length === 0;
}

/** Members who are not to be counted in 应到, and have not been voted on. */
export function toExclude(state: MeetingState): readonly Participant[] {
  return Object.values(state.participants).filter((p) => p.exclusion_needs_vote && p.excluded_by === null && !p.removed);
}

function papersFor(state: MeetingState, item: AgendaItem): readonly Motion[] {
  const isFor = (one: Motion): boolean =>
    one.item_id === item.item_id || (item.purpose === ItemPurpose.EXCLUSIONS && one.excludes.length > 0);
  return Object.values(state.motions).filter((one) => one.phase !== MotionPhase.WITHDRAWN && isFor(one));
}

function isOver(motion: Motion): boolean {
  return motion.phase === MotionPhase.PUBLISHED || motion.phase === MotionPhase.WITHDRAWN;
}

/** An election that left seats open and was not drafted again. */
function needsAnother(state: MeetingState, motion: Motion): boolean {
  return (
    motion.force === MotionForce.ELECTION &&
    motion.verdict?.carried === false &&
    !Object.values(state.motions).some((one) => one.revote_of === motion.motion_id && one.phase !== MotionPhase.WITHDRAWN)
  );
}

function countItem(state: MeetingState, motion: Motion): AgendaItem | undefined {
  const from = state.agenda.findIndex((one) => one.item_id === state.current_item);
  return motion.force !== MotionForce.ELECTION
    ? undefined
    : state.agenda
        .slice(from + 1)
        .find((one) => one.ended_at === null && (one.purpose === ItemPurpose.COUNT || one.purpose === ItemPurpose.ANNOUNCE));
}

function toCount(state: MeetingState, motion: Motion): readonly GuideCommand[] {
  const item = countItem(state, motion);
  return item === undefined ? [] : [command("StepAgenda", { item_id: item.item_id })];
}

function later(state: MeetingState, item: AgendaItem, purpose: ItemPurpose): boolean {
  return state.agenda.slice(state.agenda.indexOf(item) + 1).some((one) => one.purpose === purpose && one.ended_at === null);
}

function runs(state: MeetingState): boolean {
  return state.roll_call !== null && state.roll_call.closed_at === null;
}

/** Whether a paper is out. */
function under(state: MeetingState): boolean {
  return Object.values(state.motions).some((one) => !isOver(one) && !BEFORE.includes(one.phase) && one.phase !== MotionPhase.CLOSED);
}

function calledIn(state: MeetingState, item: AgendaItem): boolean {
  return item.started_at !== null && state.roll_call !== null && state.roll_call.opened_at >= item.started_at;
}

function hasTeller(state: MeetingState): boolean {
  return state.officers.some((one) => one.office === Office.TELLER);
}

function hasScrutineer(state: MeetingState): boolean {
  return state.officers.some((one) => one.office === Office.SCRUTINEER);
}

function opening(motion: Motion): GuideCommand {
  return command("OpenMotion", { motion_id: motion.motion_id, seconds: 0, collect_seconds: 0 });
}

function publishing(motion: Motion): GuideCommand {
  return command("PublishMotion", { motion_id: motion.motion_id });
}

function command<K extends CommandKind>(kind: K, data: CommandData[K]): GuideCommand {
  return { kind, data } as GuideCommand;
}

function step(say: string, title: string, commands: readonly GuideCommand[], force = false): GuideStep {
  return { say, title, commands, sheet: null, force };
}

function sheet(say: string, title: string, opens: GuideSheet): GuideStep {
  return { say, title, commands: [], sheet: opens, force: false };
}

function waiting(say: string, title: string): GuideStep {
  return { say, title, commands: [], sheet: null, force: false };
}
