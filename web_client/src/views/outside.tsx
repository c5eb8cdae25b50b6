/** Outside the room for an agenda item: asked out because it is about oneself (回避), or called to other items only. */
import type { JSX } from "preact";
import { t } from "../core/i18n";
import { recusedFrom } from "../core/recusal";
import { meeting, self } from "../core/store";
import { Button } from "../widgets/button";
import { Chip } from "../widgets/chip";
import { Icon } from "../widgets/icon";
import { Banners } from "./banners";
import { openSheet } from "./layout";

export function Outside(): JSX.Element | null {
  const state = meeting.value;
  const me = self.value;
  if (state === null || me === null) return null;
  const recused = recusedFrom(me) !== null;
  const mine = state.agenda.filter((item) => me.items.includes(item.item_id));
  return (
    <div class="screen screen--narrow">
      <Banners />
      <main class="join">
        <div class="join__top">
          <div class="rowx rowx--between">
            <Chip tone="pending" icon="clock">
              {t(recused ? "console.is_recused" : "console.is_outside")}
            </Chip>
            <Button kind="quiet" onPress={() => openSheet({ name: "leave" })}>
              {t("room.leave")}
            </Button>
          </div>
          <h1 class="join__title">{t(recused ? "states.outside_recused" : "states.outside_called")}</h1>
          <ul class="facts">
            <li>
              <Icon name="micOff" />
              <span>{t("states.outside_words")}</span>
            </li>
            <li>
              <Icon name="rooms" />
              <span>{t("states.outside_back")}</span>
            </li>
          </ul>
        </div>
        {mine.length > 0 && (
          <section class="pad stack stack--s" aria-labelledby="mine">
            <h2 class="small strong" id="mine">
              {t("states.outside_your_items")}
            </h2>
            <ul class="stack stack--s">
              {mine.map((item) => (
                <li key={item.item_id}>{item.title}</li>
              ))}
            </ul>
          </section>
        )}
        <div class="bottom-act">
          <Button size="lg" block icon="more" onPress={() => openSheet({ name: "more" })}>
            {t("room.more")}
          </Button>
        </div>
      </main>
    </div>
  );
}
