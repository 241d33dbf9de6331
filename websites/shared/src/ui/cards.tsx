import type { ComponentChildren } from "preact";
import type { ImageFile } from "../core/images.ts";
import { t } from "../core/texts.ts";
import { Icon, type IconName } from "./icons.tsx";
import { EmotePicture } from "./picture.tsx";

export type FlagKind = "zeroWidth" | "private" | "unlisted" | "animated" | "nsfw" | "personal";

const FLAG_ICONS: Readonly<Record<FlagKind, IconName>> = {
  zeroWidth: "layers",
  private: "lock",
  unlisted: "hidden",
  animated: "play",
  nsfw: "warning",
  personal: "person",
};

/** An emote as a card shows it, whichever API it came from. */
export interface EmoteCardData {
  readonly id: string;
  readonly name: string;
  readonly ownerName: string | null;
  readonly files: readonly ImageFile[];
  readonly flags: readonly FlagKind[];
  readonly href: string;
}

const CARD_IMAGE_HEIGHT_PX = 64;
const CARD_IMAGE_MAX_WIDTH_PX = 136;

/** Cards in the first rows load their images at once. */
const EAGER_CARDS = 12;

/** A grid of emote cards; each card is one link. */
export function EmoteGrid({ emotes, label }: { emotes: readonly EmoteCardData[]; label: string }) {
  return (
    <ul class="emote-grid" aria-label={label}>
      {emotes.map((emote, index) => (
        <li key={emote.id}>
          <EmoteCard emote={emote} eager={index < EAGER_CARDS} />
        </li>
      ))}
    </ul>
  );
}

function EmoteCard({ emote, eager }: { emote: EmoteCardData; eager: boolean }) {
  return (
    <a class={`emote-card ${emote.flags[0] ? `tint-${emote.flags[0]}` : ""}`} href={emote.href}>
      <span class="emote-card-image">
        <EmotePicture
          files={emote.files}
          alt=""
          height={CARD_IMAGE_HEIGHT_PX}
          maxWidth={CARD_IMAGE_MAX_WIDTH_PX}
          eager={eager}
        />
      </span>
      <span class="emote-card-name">{emote.name}</span>
      <span class="emote-card-owner">{emote.ownerName ?? "\u00a0"}</span>
      {emote.flags.length > 0 && (
        <span class="emote-card-flags">
          {emote.flags.map((flag) => (
            <span key={flag} class={`flag-icon tint-${flag}`} title={t(`flag.${flag}`)}>
              <Icon name={FLAG_ICONS[flag]} />
              <span class="visually-hidden">{t(`flag.${flag}`)}</span>
            </span>
          ))}
        </span>
      )}
    </a>
  );
}

/** A flag with its text. */
export function Flag({ kind }: { kind: FlagKind }) {
  return (
    <span class={`chip tint-${kind}`}>
      <Icon name={FLAG_ICONS[kind]} />
      {t(`flag.${kind}`)}
    </span>
  );
}

const SKELETON_CARDS = 24;

/** Stands in the place of cards that are being loaded, in their size. */
export function GridSkeleton({ cards = SKELETON_CARDS }: { cards?: number }) {
  return (
    <div role="status">
      <span class="visually-hidden">{t("loading")}</span>
      <div class="emote-grid" aria-hidden="true">
        {Array.from({ length: cards }, (_, index) => (
          <span key={index} class="emote-card skeleton" />
        ))}
      </div>
    </div>
  );
}

/** A line of figures or facts under a heading. */
export function FactLine({ children }: { children: ComponentChildren }) {
  return <p class="facts">{children}</p>;
}
