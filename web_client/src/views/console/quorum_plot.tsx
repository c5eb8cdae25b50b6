/** 到会人数 over the meeting so far as a stepped line, with the number that is needed. */
import type { JSX } from "preact";
import { second } from "../../core/clock";
import { clockTime, t } from "../../core/i18n";
import { quorumHistory } from "../../core/quorum_history";
import { quorum } from "../../core/selectors";
import { meeting } from "../../core/store";

const WIDE = 320;
const TALL = 84;
/** Drawn anew at most this often (ms): the line moves by less than a pixel in between. */
const STEADY = 10_000;

export function QuorumPlot(): JSX.Element | null {
  const state = meeting.value;
  const counted = quorum.value;
  const until = state?.adjourned_at ?? Math.ceil(second.value / STEADY) * STEADY;
  if (state === null || counted === null || state.opened_at === null) return null;
  const from = state.opened_at;
  const steps = quorumHistory(state, state.preset.electorate, until);
  if (steps.length === 0) return null;
  const most = Math.max(counted.entitled, 1);
  const x = (at: number): number => Math.round(((at - from) / Math.max(1, until - from)) * WIDE);
  const y = (n: number): number => Math.round(TALL - (n / most) * (TALL - 8));
  const line =
    steps.map(({ at, present }, index) => (index === 0 ? `M${x(at)} ${y(present)}` : `H${x(at)}V${y(present)}`)).join("") + `H${WIDE}`;
  const low = Math.min(...steps.slice(steps.length > 1 && steps[0]?.present === 0 ? 1 : 0).map(({ present }) => present));
  const words = t("console.quorum_plot", { present: counted.present, entitled: counted.entitled, low, needed: counted.needed });
  return (
    <figure class="stack stack--s">
      <figcaption class="small muted">{words}</figcaption>
      <svg class="plot" viewBox={`0 0 ${WIDE} ${TALL + 22}`} role="img" aria-label={words}>
        <path class="area" d={`${line}V${TALL}H0Z`} />
        <path class="line" d={line} />
        {counted.needed > 0 && <line class="need" x1="0" x2={WIDE} y1={y(counted.needed)} y2={y(counted.needed)} />}
        <line class="base" x1="0" x2={WIDE} y1={TALL} y2={TALL} />
        <text x="0" y={TALL + 18}>
          {clockTime(from)}
        </text>
        <text x={WIDE} y={TALL + 18} text-anchor="end">
          {clockTime(until)}
        </text>
        {counted.needed > 0 && (
          <text class="t-force" x={WIDE} y={y(counted.needed) - 5} text-anchor="end">
            {t("console.quorum_line", { n: counted.needed })}
          </text>
        )}
      </svg>
    </figure>
  );
}
