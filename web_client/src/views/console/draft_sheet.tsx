/** A motion or poll put into words, with the rule it will be decided by and what that takes here and now. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../../core/i18n";
import { motions } from "../../core/selectors";
import { boot, meeting } from "../../core/store";
import type { ItemId, MotionForce, Preset, VoteMethod } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Field, Segments } from "../../widgets/field";
import { Icon } from "../../widgets/icon";
import { Sheet } from "../../widgets/sheet";
import { back, go } from "../layout";
import { AskingError, useAsking } from "./asking";
import { ChoiceRow } from "./choice_row";
import { consequence, presetTitle } from "./rule_words";

const MOST = 12;

/** Rules a motion may be decided by here: the meeting's own, then the others that decide by an open vote. */
function rules(): readonly Preset[] {
  const own = meeting.value?.preset;
  const all = [...(own ? [own] : []), ...(boot.value?.presets ?? []).filter((p) => p.preset_id !== own?.preset_id)];
  return all.filter((p) => p.passing !== null && p.method !== "secret");
}

function Choices({ labels, onChange, tried }: { labels: readonly string[]; onChange: (labels: readonly string[]) => void; tried: boolean }): JSX.Element {
  const change = (index: number, value: string): void => onChange(labels.map((label, n) => (n === index ? value : label)));
  return (
    <fieldset class="segments">
      <legend class="small strong">{t("console.choices")}</legend>
      <div class="stack stack--s">
        {labels.map((label, index) => (
          <div class="rowx rowx--nowrap" key={index}>
            <label class="sr" for={`choice-${index}`}>{t("console.choice_n", { n: index + 1 })}</label>
            <input class="input grow" id={`choice-${index}`} value={label} placeholder={t("console.choice_n", { n: index + 1 })} autocomplete="off" onInput={(event) => change(index, event.currentTarget.value)} />
            {labels.length > 2 && <Button icon="remove" label={t("console.remove_choice", { n: index + 1 })} onPress={() => onChange(labels.filter((_, n) => n !== index))} />}
          </div>
        ))}
        {labels.length < MOST && <Button kind="soft" icon="plus" onPress={() => onChange([...labels, ""])}>{t("console.add_choice")}</Button>}
        {tried && !goodChoices(labels) && <p class="field__error"><Icon name="warning" size="s" /><span>{t("console.choices_wrong")}</span></p>}
      </div>
    </fieldset>
  );
}

function goodChoices(labels: readonly string[]): boolean {
  const words = labels.map((label) => label.trim());
  return words.length >= 2 && words.every(Boolean) && new Set(words).size === words.length;
}

export function DraftSheet({ itemId }: { itemId: ItemId | null }): JSX.Element {
  const asking = useAsking();
  const item = meeting.value?.agenda.find((one) => one.item_id === itemId) ?? null;
  const possible = rules();
  const force = useSignal<MotionForce>(possible.length ? "motion" : "poll");
  const title = useSignal("");
  const text = useSignal("");
  const method = useSignal<VoteMethod>("open");
  const presetId = useSignal(possible[0]?.preset_id ?? "");
  const labels = useSignal<readonly string[]>(["", ""]);
  const most = useSignal(1);
  const tried = useSignal(false);
  const poll = force.value === "poll";
  const preset = possible.find((p) => p.preset_id === presetId.value) ?? possible[0];
  const effect = preset ? consequence(preset) : null;
  const good = title.value.trim() !== "" && (!poll || goodChoices(labels.value));

  const save = (then: "open" | "keep"): void => {
    tried.value = true;
    if (!good) return;
    const known = new Set(motions.value.map((m) => m.motion_id));
    const choices = poll ? labels.value.map((label) => ({ choice_id: "", label: label.trim() })) : [];
    const fields = { title: title.value.trim(), text: text.value.trim(), item_id: item?.item_id ?? null, force: force.value, method: method.value, choices };
    asking.ask("DraftMotion", { ...fields, max_choices: poll ? Math.min(most.value, choices.length) : 1, preset_id: poll ? "" : (preset?.preset_id ?? "") }, () => {
      const made = motions.value.find((m) => !known.has(m.motion_id) && m.title === fields.title);
      if (then === "open" && made) go({ sheet: { name: "console", act: { kind: "open_vote", motion: made.motion_id } } });
      else back();
    });
  };

  return (
    <Sheet
      title={t("console.draft_title")} onClose={back}
      foot={
        <>
          <AskingError asking={asking} />
          <div class="btn-pair">
            <Button size="lg" onPress={() => save("keep")}>{t("console.keep_ready")}</Button>
            <Button size="lg" kind="primary" unavailable={asking.busy ? t("console.sending") : undefined} onPress={() => save("open")}>{t("console.to_opening")}</Button>
          </div>
        </>
      }
    >
      {item !== null && <p class="small muted">{t("console.for_item", { title: item.title })}</p>}
      {possible.length > 0 && (
        <Segments
          name="force" legend={t("console.what_kind")} value={force.value} onChoose={(value) => { force.value = value; }}
          options={[{ value: "motion", label: t("console.motion") }, { value: "poll", label: t("console.poll") }]}
        />
      )}
      <p class="small muted">{t(poll ? "console.poll_means" : "console.motion_means")}</p>
      <Field id="motion-title" label={t(poll ? "console.question" : "console.motion_title")} hint={t(poll ? "console.question_hint" : "console.motion_hint")} value={title.value} onInput={(value) => { title.value = value; }} error={tried.value && title.value.trim() === "" ? t("console.title_missing") : undefined} />
      {poll && <Choices labels={labels.value} onChange={(value) => { labels.value = value; }} tried={tried.value} />}
      {poll && labels.value.length > 2 && (
        <ChoiceRow
          name="most" legend={t("console.how_many")} value={String(Math.min(most.value, labels.value.length))} onChoose={(value) => { most.value = Number(value); }}
          options={[["1", t("console.choose_one")], ["2", t("console.choose_up_to", { n: 2 })], [String(labels.value.length), t("console.choose_any")]]}
        />
      )}
      <Segments
        name="method" legend={t("console.how")} value={method.value} onChoose={(value) => { method.value = value; }}
        options={[{ value: "open", label: t("console.open_ballot") }, { value: "named", label: t("console.named") }]}
      />
      <p class="small muted">{t(method.value === "named" ? "console.named_words" : "console.open_words")}</p>
      {!poll && possible.length > 1 && (
        <div class="field">
          <label for="rule">{t("console.rule")}</label>
          <select class="input" id="rule" value={preset?.preset_id} onChange={(event) => { presetId.value = event.currentTarget.value; }}>
            {possible.map((p) => <option key={p.preset_id} value={p.preset_id}>{presetTitle(p)}</option>)}
          </select>
        </div>
      )}
      {!poll && preset && effect && (
        <div class="card card--line stack stack--s">
          <p class="small strong">{t("console.means_here", { rule: presetTitle(preset) })}</p>
          <p class="small">{effect.quorumTitle}{t("console.comma")}{effect.quorumWords}</p>
          <p class="small">{effect.passTitle}{t("console.comma")}{effect.passWords}</p>
          <p class="tiny muted">{t("console.rule_source", { source: preset.source })}{preset.assumed.length ? ` ${t("console.rule_assumed")}` : ""}</p>
        </div>
      )}
      <div class="field">
        <label for="motion-text">{t("console.motion_text")}</label>
        <textarea class="input" id="motion-text" rows={3} value={text.value} aria-describedby="motion-text-hint" onInput={(event) => { text.value = event.currentTarget.value; }} />
        <p class="field__hint" id="motion-text-hint">{t("console.optional")}</p>
      </div>
    </Sheet>
  );
}
