/** Scrutineers and tellers (监票人, 计票人): appointed by a carried motion of this meeting, named in the record. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../../core/i18n";
import { motions, nameOf, people } from "../../core/selectors";
import { meeting } from "../../core/store";
import { MotionPhase, type Office } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Segments } from "../../widgets/field";
import { Sheet } from "../../widgets/sheet";
import { back } from "../layout";
import { AskingError, useAsking } from "./asking";

export function OfficersSheet(): JSX.Element {
  const asking = useAsking();
  const office = useSignal<Office>("scrutineer");
  const who = useSignal("");
  const by = useSignal("");
  const carried = motions.value.filter((one) => one.phase === MotionPhase.PUBLISHED && one.verdict?.carried === true);
  const approval = carried.find((one) => one.motion_id === by.value) ?? carried[carried.length - 1];
  const members = people.value.filter((one) => one.role !== "guest");
  const why = approval === undefined ? t("console.approve_officers_first") : who.value === "" ? t("console.choose_person") : undefined;
  const appoint = (): void => {
    if (approval !== undefined)
      asking.ask("AppointOfficer", { participant_id: who.value, office: office.value, motion_id: approval.motion_id }, () => {
        who.value = "";
      });
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
      {(meeting.value?.officers.length ?? 0) > 0 && (
        <dl class="kv">
          {meeting.value?.officers.map((one) => (
            <>
              <dt>{t(`console.office_${one.office}`)}</dt>
              <dd class="strong">{nameOf(one.participant_id)}</dd>
            </>
          ))}
        </dl>
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
      {carried.length > 0 ? (
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
      ) : (
        <p class="small">{t("console.approve_officers_words")}</p>
      )}
    </Sheet>
  );
}
