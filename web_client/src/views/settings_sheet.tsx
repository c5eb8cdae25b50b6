/** How this phone takes part and looks: pictures or sound or words only, language, light or dark, 大字. */
import type { JSX } from "preact";
import { actions } from "../core/actions";
import { t, zoneNote } from "../core/i18n";
import { myRoom } from "../core/selectors";
import { media, preferences, type Preferences, type Profile } from "../core/store";
import { Button } from "../widgets/button";
import { Segments } from "../widgets/field";
import { Row, SwitchRow } from "../widgets/rows";
import { Sheet } from "../widgets/sheet";
import { CaptionsRow } from "./captions";
import { back, go } from "./layout";

export function ProfileChoice(): JSX.Element {
  const { profile } = media.value;
  return (
    <div class="stack stack--s">
      <Segments<Profile>
        name="profile"
        legend={t("room.profile")}
        value={profile}
        onChoose={(value) => actions().chooseProfile(value)}
        options={[
          { value: "video", label: t("room.profile_video") },
          { value: "audio", label: t("room.profile_audio") },
          { value: "text", label: t("room.profile_text") },
        ]}
      />
      <p class="small muted">{t(`room.profile_${profile}_note`)}</p>
    </div>
  );
}

export function BigTypeRow(): JSX.Element {
  return (
    <SwitchRow
      icon="bigType"
      title={t("room.big_type")}
      on={preferences.value.big}
      onWord={t("room.on")}
      offWord={t("room.off")}
      onChange={(big) => void actions().setPreferences({ big })}
    />
  );
}

export function SettingsSheet(): JSX.Element {
  const { language, theme } = preferences.value;
  return (
    <Sheet
      title={t("room.settings")}
      onClose={back}
      foot={
        <Button size="lg" kind="primary" block onPress={back}>
          {t("room.close")}
        </Button>
      }
    >
      {media.value.available ? <ProfileChoice /> : <p class="small muted">{t("room.no_media")}</p>}
      <Segments<Preferences["language"]>
        name="language"
        legend={t("room.language")}
        value={language}
        onChoose={(value) => void actions().setPreferences({ language: value })}
        options={[
          { value: "zh-CN", label: "中文" },
          { value: "en", label: "English" },
        ]}
      />
      <Segments<Preferences["theme"]>
        name="theme"
        legend={t("room.theme")}
        value={theme}
        onChoose={(value) => void actions().setPreferences({ theme: value })}
        options={[
          { value: "auto", label: t("room.theme_auto") },
          { value: "light", label: t("room.theme_light") },
          { value: "dark", label: t("room.theme_dark") },
        ]}
      />
      <ul class="rows card card--line card--flush">
        <li>
          <BigTypeRow />
        </li>
        {media.value.available && (
          <li>
            <Row icon="weak" title={t("room.net_title")} sub={t("room.net_sub")} onPress={() => go({ sheet: { name: "network" } })} />
          </li>
        )}
        {myRoom.value?.captioned === true && (
          <li>
            <CaptionsRow />
          </li>
        )}
      </ul>
      {zoneNote() !== "" && <p class="small muted">{t("room.times_in")}</p>}
    </Sheet>
  );
}
