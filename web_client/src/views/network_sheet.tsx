/** How the connection is doing, in words first and then in figures: the way to the server, what comes from whom, what is sent. */
import { useEffect } from "preact/hooks";
import type { JSX } from "preact";
import { actions } from "../core/actions";
import { t } from "../core/i18n";
import { participant } from "../core/selectors";
import { link, media, you, type Flow } from "../core/store";
import type { ParticipantId } from "../wire/messages";
import { Button } from "../widgets/button";
import { Net } from "../widgets/net";
import { Sheet } from "../widgets/sheet";
import { back } from "./layout";
import { networkOf, networkWord } from "./network_words";

/** 小图, 中图, 大图: the layer the server chose for a slot. */
function layerWord(layer: string): string {
  return layer === "q" ? t("room.net_layer_q") : layer === "h" ? t("room.net_layer_h") : layer === "f" ? t("room.net_layer_f") : "";
}

function figures(flow: Flow): string {
  const layer = flow.layer || (link.value.server?.streams.find((stream) => stream.mid === flow.mid)?.layer ?? "");
  return [
    layerWord(layer),
    flow.width > 0 ? `${flow.width}×${flow.height}` : "",
    flow.kind === "video" && flow.rate > 0 ? t("room.net_rate", { n: flow.rate }) : "",
    flow.codec,
    `${flow.kbit} kbit/s`,
    t("room.net_lost", { n: flow.lost }),
  ]
    .filter((word) => word !== "")
    .join(t("room.comma"));
}

function nameOf(flow: Flow): string {
  const who = media.value.slots.find((slot) => slot.mid === flow.mid);
  const name = who?.participant_id == null ? "" : (participant(who.participant_id)?.name ?? "");
  const what = t(flow.kind === "audio" ? "room.net_sound" : who?.kind === "screen" ? "room.net_screen" : "room.net_picture");
  return name === "" ? what : t("room.net_of", { name, what });
}

/** Looks at the connection as long as it is shown. */
export function useInspection(): void {
  useEffect(() => {
    actions().inspect(true);
    return () => actions().inspect(false);
  }, []);
}

function Flows({ flows, none }: { flows: readonly Flow[]; none: string }): JSX.Element {
  if (flows.length === 0) return <p class="small muted">{none}</p>;
  return (
    <dl class="flows">
      {flows.map((flow) => (
        <div key={`${flow.mid}${flow.layer}`}>
          <dt>{nameOf(flow)}</dt>
          <dd>{figures(flow)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What comes from one person, for their sheet. */
export function FlowsFrom({ participantId }: { participantId: ParticipantId }): JSX.Element {
  useInspection();
  const mids = new Set(media.value.slots.filter((slot) => slot.participant_id === participantId).map((slot) => slot.mid));
  return <Flows flows={link.value.flows.filter((flow) => flow.receiving && mids.has(flow.mid))} none={t("room.net_nothing_from")} />;
}

export function NetworkSheet(): JSX.Element {
  useInspection();
  const { flows, roundTrip, server } = link.value;
  const level = networkOf(you.value?.participant_id ?? "");
  const trip = roundTrip ?? server?.round_trip_ms ?? null;
  const advice =
    level === 3
      ? "room.net_advice_good"
      : level === 2
        ? "room.net_advice_fair"
        : level === 1
          ? "room.net_advice_weak"
          : "room.net_advice_gone";
  return (
    <Sheet
      title={t("room.net_title")}
      onClose={back}
      foot={
        <Button size="lg" kind="primary" block onPress={back}>
          {t("room.close")}
        </Button>
      }
    >
      <p class="rowx">
        <Net level={level} word={networkWord(level)} />
      </p>
      <p>{t(advice)}</p>
      <dl class="kv">
        <dt>{t("room.net_round_trip")}</dt>
        <dd>{trip === null ? t("room.net_unknown") : t("room.net_ms", { n: Math.round(trip) })}</dd>
        <dt>{t("room.net_capacity")}</dt>
        <dd>{server?.capacity_kbit_s == null ? t("room.net_unknown") : `${Math.round(server.capacity_kbit_s)} kbit/s`}</dd>
      </dl>
      <h3>{t("room.net_received")}</h3>
      <Flows flows={flows.filter((flow) => flow.receiving)} none={t("room.net_nothing")} />
      <h3>{t("room.net_sent")}</h3>
      <Flows flows={flows.filter((flow) => !flow.receiving)} none={t("room.net_nothing")} />
    </Sheet>
  );
}
