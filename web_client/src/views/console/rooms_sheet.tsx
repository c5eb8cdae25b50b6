/** Group rooms: open one, see who is inside, call everyone back. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { list, t } from "../../core/i18n";
import { people } from "../../core/selectors";
import { meeting } from "../../core/store";
import { HALL, type Room, type RoomKind } from "../../wire/messages";
import { Button } from "../../widgets/button";
import { Chip } from "../../widgets/chip";
import { Field } from "../../widgets/field";
import { Sheet } from "../../widgets/sheet";
import { back } from "../layout";
import { AskingError, useAsking, type Asking } from "./asking";
import { ChoiceRow } from "./choice_row";

function RoomCard({ room, asking }: { room: Room; asking: Asking }): JSX.Element {
  const inside = people.value.filter((p) => p.room_id === room.room_id && (p.present || room.room_id !== HALL));
  return (
    <li class="card card--line stack stack--s">
      <p class="rowx rowx--between">
        <span class="strong">{room.room_id === HALL ? t("console.hall") : room.title}</span>
        <Chip icon={room.kind === "text" ? "chat" : room.kind === "voice" ? "mic" : "camera"}>{t(`console.kind_${room.kind}`)}</Chip>
      </p>
      <p class="small muted">
        {inside.length === 0
          ? t("console.room_empty")
          : room.room_id === HALL
            ? t("console.room_n", { n: inside.length })
            : list(inside.map((p) => p.name))}
      </p>
      {room.room_id !== HALL && (
        <Button onPress={() => asking.ask("CloseRoom", { room_id: room.room_id })}>
          {t(inside.length ? "console.close_room_back" : "console.close_room")}
        </Button>
      )}
    </li>
  );
}

export function RoomsSheet(): JSX.Element {
  const asking = useAsking();
  const title = useSignal("");
  const kind = useSignal<RoomKind>("voice");
  const rooms = Object.values(meeting.value?.rooms ?? {});
  const groups = rooms.length - 1;
  const suggestion = t("console.group_n", { n: groups + 1 });
  return (
    <Sheet
      title={t("console.rooms")}
      onClose={back}
      foot={
        <>
          <AskingError asking={asking} />
          <Button size="lg" kind="primary" block onPress={back}>
            {t("console.close")}
          </Button>
        </>
      }
    >
      <p class="small muted">{t("console.rooms_words")}</p>
      <ul class="stack stack--s">
        {rooms.map((room) => (
          <RoomCard key={room.room_id} room={room} asking={asking} />
        ))}
      </ul>
      <section class="stack stack--s" aria-labelledby="new-room">
        <h3 id="new-room">{t("console.make_room")}</h3>
        <Field
          id="room-title"
          label={t("console.room_title")}
          hint={t("console.room_title_hint", { name: suggestion })}
          value={title.value}
          onInput={(value) => {
            title.value = value;
          }}
        />
        <ChoiceRow
          name="room-kind"
          legend={t("console.room_kind")}
          value={kind.value}
          onChoose={(value) => {
            kind.value = value as RoomKind;
          }}
          options={(["voice", "video", "text"] as const).map((one) => [one, t(`console.kind_${one}`)] as const)}
        />
        <Button
          block
          icon="plus"
          onPress={() => {
            const typed = title.value;
            asking.ask("OpenRoom", { title: typed.trim() || suggestion, kind: kind.value }, () => {
              if (title.value === typed) title.value = ""; // the next may have been begun meanwhile
            });
          }}
        >
          {t("console.open_room")}
        </Button>
      </section>
    </Sheet>
  );
}
