/** Scrutineers and tellers (监票人, 计票人): the first by a carried motion of this meeting, the others named; all in the record. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { mayHold } from "../../core/hall";
import { t } from "../../core/i18n";
import { motions, nameOf, people } from "../../core/selectors";
import { meeting } from "../../core/store";
import { MotionPhase, Office } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Segments } from "../../widgets/field";
import { Row } from "../../widgets/rows";
import { Sheet } from "../../widgets/sheet";
import { back } from "../layout";
import { AskingError, useAsking } from "./asking";

export function OfficersSheet(): JSX.Element {
  const asking = useAsking();
  const office = useSignal<Office>("scrutineer");
  const who = useSignal("");
  const by = useSignal("");
  const leaving = useSignal("");
  const carried = motions.value.filter((one) => one.phase === MotionPhase.PUBLISHED && one.verdict?.carried === true);
  const approval = carried.find((one) => one.motion_id === by.value) ?? carried[carried.length - 1];
  const scrutineer = office.value === Office.SCRUTINEER;
  const officers = meeting.value?.officers ?? [];
  const members = people.value.filter(
    (one) => mayHold(one, office.value) && !officers.some((held) => held.participant_id === one.participant_id),
  );
  const why =
    scrutineer && approval === undefined
      ? t("console.approve_officers_first")
      : members.every((one) => one.participant_id !== who.value)
        ? t("console.choose_person")
        : undefined;
  const appoint = (): void => {
    const named = who.value;
    asking.ask(
      "AppointOfficer",
      { participant_id: named, office: office.value, motion_id: scrutineer ? (approval?.motion_id ?? null) : null },
      () => {
        if (who.value === named) who.value = ""; // the next may have been chosen meanwhile
      },
    );
  };
  return (
    <Sheet
      title={t("console.officers")}
      onClose={back}
      foot={
        <>
          <AskingError asking={asking} />
          <div class="btn-pair btn-pair--even">
            <Button size="lg" onPress={back}>
              {t("console.close")}
            </Button>
            <Button size="lg" kind="primary" unavailable={asking.busy ? t("console.sending") : why} onPress={appoint}>
              {t("console.appoint")}
            </Button>
          </div>
        </>
      }
    >
      <p class="small muted">{t("console.officers_words")}</p>
      {officers.length > 0 && (
        <ul class="rows card card--line card--flush">
          {officers.map((one) => (
            <li key={`${one.office}-${one.participant_id}`}>
              <Row
                icon="person"
                title={nameOf(one.participant_id)}
                sub={
                  meeting.value?.participants[one.participant_id]?.present === true
                    ? t(`console.office_${one.office}`)
                    : t("console.office_away", { office: t(`console.office_${one.office}`) })
                }
                end={<span class="small">{t(leaving.value === one.participant_id ? "console.release_sure" : "console.release")}</span>}
                onPress={() => {
                  if (leaving.value === one.participant_id)
                    asking.ask("ReleaseOfficer", { participant_id: one.participant_id, office: one.office });
                  else leaving.value = one.participant_id;
                }}
              />
            </li>
          ))}
        </ul>
      )}
      <Segments
        name="office"
        legend={t("console.office")}
        value={office.value}
        onChoose={(value) => {
          office.value = value;
        }}
        options={[
          { value: "scrutineer", label: t("console.office_scrutineer") },
          { value: "teller", label: t("console.office_teller") },
        ]}
      />
      <div class="field">
        <label for="officer">{t("console.who")}</label>
        <select
          class="input"
          id="officer"
          value={who.value}
          onChange={(event) => {
            who.value = event.currentTarget.value;
          }}
        >
          <option value="">{t("console.choose_person")}</option>
          {members.map((one) => (
            <option key={one.participant_id} value={one.participant_id}>
              {one.name}
            </option>
          ))}
        </select>
      </div>
      {scrutineer && carried.length === 0 && <p class="small">{t("console.approve_officers_words")}</p>}
      {!scrutineer && <p class="small muted">{t("console.teller_words")}</p>}
      {scrutineer && carried.length > 0 && (
        <div class="field">
          <label for="by">{t("console.approved_by")}</label>
          <select
            class="input"
            id="by"
            value={approval?.motion_id}
            onChange={(event) => {
              by.value = event.currentTarget.value;
            }}
          >
            {carried.map((one) => (
              <option key={one.motion_id} value={one.motion_id}>
                {one.title}
              </option>
            ))}
          </select>
        </div>
      )}
    </Sheet>
  );
}
