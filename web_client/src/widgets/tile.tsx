/** Tile: one person, as picture or as initial; name and microphone on an opaque label, a ring and words while speaking. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Avatar } from "./avatar";
import { Icon } from "./icon";

/** A picture that plays; sound has its own way. `attach` puts the right stream into the element, and takes it out with null. */
export function Picture({
  attach,
  fit = "cover",
  label,
  mirror,
}: {
  attach: (element: HTMLVideoElement | null) => void;
  fit?: "cover" | "contain";
  label: string;
  mirror?: boolean;
}): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    attach(video.current);
    return () => attach(null);
  }, [attach]);
  return (
    <video class={`pic pic--${fit}${mirror === true ? " pic--mirror" : ""}`} ref={video} muted playsInline autoPlay aria-label={label} />
  );
}

export function Tile({
  id,
  name,
  attach,
  speaking,
  speakingWord,
  micOn,
  micWord,
  mirror,
  you,
}: {
  id: string;
  name: string;
  /** Given: there is a picture to show. */
  attach?: ((element: HTMLVideoElement | null) => void) | undefined;
  speaking: boolean;
  speakingWord: string;
  micOn: boolean;
  micWord: string;
  mirror?: boolean;
  /** 您 */
  you?: string | undefined;
}): JSX.Element {
  const names = ["tile"];
  if (attach === undefined) names.push("tile--audio");
  if (speaking) names.push("tile--speaking");
  return (
    <figure class={names.join(" ")}>
      {attach === undefined ? <Avatar id={id} name={name} size="l" /> : <Picture attach={attach} label={name} mirror={mirror ?? false} />}
      {speaking && <span class="tile__note">{speakingWord}</span>}
      <figcaption class="tile__label">
        <Icon name={micOn ? "mic" : "micOff"} size="s" />
        <span>
          {name}
          {you === undefined ? "" : `（${you}）`}
        </span>
        <span class="sr">，{micWord}</span>
      </figcaption>
    </figure>
  );
}
