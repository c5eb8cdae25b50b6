/** The page everyone looks at: its picture, which one it is, turning it for those who may, and large for weak eyes. */
import "../../styles/page.css";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { send } from "../../core/actions";
import { t } from "../../core/i18n";
import { iRun } from "../../core/permissions";
import { floor, nameOf } from "../../core/selectors";
import { media, you } from "../../core/store";
import { Button } from "../../widgets/button";
import { Icon } from "../../widgets/icon";
import { wide } from "../chat_reading";
import { pageAddress, pageWords, shownPage, type ShownPage } from "./shown";

/** ◀ ▶ for those who run the meeting and for whoever they gave the floor; quick taps add up. */
function Turning({ at }: { at: ShownPage }): JSX.Element {
  const aim = useRef(at.page);
  useEffect(() => {
    aim.current = at.page;
  }, [at.page, at.document.document_id]);
  const turn = (by: 1 | -1) => (): void => {
    const page = aim.current + by;
    if (page < 1 || page > at.document.pages) return;
    aim.current = page;
    void send("ShowPage", { document_id: at.document.document_id, page }).then((outcome) => {
      if (!outcome.ok) aim.current = shownPage()?.page ?? page;
    });
  };
  return (
    <span class="page__turn">
      <Button icon="back" label={t("room.page_previous")} onPress={turn(-1)} />
      <Button icon="forward" label={t("room.page_next")} onPress={turn(1)} />
    </span>
  );
}

function Picture({ at, large, onTap }: { at: ShownPage; large: boolean; onTap: () => void }): JSX.Element {
  const [failed, setFailed] = useState(0);
  const [tries, setTries] = useState(0);
  const address = pageAddress(at.document, at.page, large || wide.value);
  const ahead = (): void => {
    if (at.page < at.document.pages && media.value.profile !== "text")
      new Image().src = pageAddress(at.document, at.page + 1, large || wide.value);
  };
  if (failed > tries) {
    return (
      <div class="page__failed" role="alert">
        <p>{t("room.page_failed")}</p>
        <Button icon="reload" onPress={() => setTries(failed)}>
          {t("room.page_again")}
        </Button>
      </div>
    );
  }
  return (
    <button
      class="page__picture"
      type="button"
      aria-pressed={large}
      aria-label={t(large ? "room.screen_smaller" : "room.screen_larger")}
      onClick={onTap}
    >
      <img
        key={`${address} ${tries}`}
        src={tries === 0 ? address : `${address}?again=${tries}`}
        alt={pageWords(at)}
        onLoad={ahead}
        onError={() => setFailed(tries + 1)}
      />
    </button>
  );
}

export function Page(): JSX.Element | null {
  const [large, setLarge] = useState(false);
  const [wanted, setWanted] = useState(false);
  const at = shownPage();
  if (at === null) return null;
  const turns = iRun.value || floor.value?.participant_id === you.value?.participant_id;
  if (media.value.profile === "text" && !wanted && !turns) {
    return (
      <Button block icon="book" note={pageWords(at)} onPress={() => setWanted(true)}>
        {t("room.page_see")}
      </Button>
    );
  }
  return (
    <figure class={large ? "room__share page room__share--large" : "room__share page"}>
      <div class="tile tile--slide room__slides">
        <Picture key={`${at.document.document_id} ${at.page}`} at={at} large={large} onTap={() => setLarge(!large)} />
      </div>
      <figcaption>
        <Icon name="book" size="s" />
        <span aria-live="polite">
          {pageWords(at)}
          <span class="page__by">{t("room.page_by", { name: nameOf(at.by) })}</span>
        </span>
        {turns && <Turning at={at} />}
        <Button kind="quiet" pressed={large} onPress={() => setLarge(!large)}>
          {t(large ? "room.screen_smaller" : "room.screen_larger")}
        </Button>
      </figcaption>
    </figure>
  );
}
