/** Asks the member whether it is they who come in on another device, and the secretary whom to let in. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { actions } from "../core/actions";
import { t } from "../core/i18n";
import { knocks, type Knock } from "../core/knocks";
import { boot } from "../core/store";
import { Banner } from "../widgets/banner";
import { Button } from "../widgets/button";

/** Of those the secretary may let in; the page of invitations has them all. */
const MOST_SHOWN = 2;
const seen = signal<readonly string[]>([]);

function Asking({ knock }: { knock: Knock }): JSX.Element {
  const words = knock.mine ? "mine_how" : knock.known ? "of_how" : "unknown_how";
  const title = knock.mine ? t("knocks.mine") : t(knock.known ? "knocks.of" : "knocks.unknown", { name: knock.name });
  const answer = (let_in: boolean) => (): void => void actions().answerKnock(knock.id, let_in ? "let_in" : "refused");
  return (
    <Banner
      tone="pending"
      icon="lock"
      title={title}
      act={
        <span class="rowx">
          {knock.known && (
            <Button kind="primary" onPress={answer(true)}>
              {t(knock.mine ? "knocks.let_in_me" : "knocks.let_in")}
            </Button>
          )}
          <Button kind="quiet" onPress={answer(false)}>
            {t(knock.mine ? "knocks.refuse_me" : "knocks.refuse")}
          </Button>
        </span>
      }
    >
      <span class="knock-line">
        {knock.device}
        {knock.device === "" ? "" : t("room.comma")}
        {t("knocks.number")} <b class="knock-line__number">{knock.number}</b>
      </span>{" "}
      {t(`knocks.${words}`)}
    </Banner>
  );
}

export function KnockBanners(): JSX.Element {
  const { waiting, let_in } = knocks.value;
  const others = waiting.filter((knock) => !knock.mine);
  const rest = others.length - MOST_SHOWN;
  return (
    <>
      {[...waiting.filter((knock) => knock.mine), ...others.slice(0, MOST_SHOWN)].map((knock) => (
        <Asking key={knock.id} knock={knock} />
      ))}
      {rest > 0 && (
        <Banner
          tone="pending"
          icon="people"
          title={t("knocks.more", { n: rest })}
          act={
            <a class="btn btn--quiet" href={boot.value?.urls["invitations"] ?? ""} target="_blank" rel="noopener">
              {t("knocks.later")}
            </a>
          }
        />
      )}
      {let_in
        .filter((one) => !seen.value.includes(one.id))
        .map((one) => (
          <Banner
            key={one.id}
            tone="on"
            icon="lock"
            title={t("knocks.was_let_in")}
            act={
              <Button
                kind="quiet"
                onPress={() => {
                  seen.value = [...seen.value, one.id];
                }}
              >
                {t("states.got_it")}
              </Button>
            }
          >
            {t("knocks.was_let_in_how", { device: one.device, by: one.by })}
          </Banner>
        ))}
    </>
  );
}
