import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { createdAt, isId } from "@websites/shared/core/ids.ts";
import { atScale, scalesOf } from "@websites/shared/core/images.ts";
import { useTitle, type PageProps } from "@websites/shared/ui/app.tsx";
import { Flag } from "@websites/shared/ui/cards.tsx";
import { CopyButton } from "@websites/shared/ui/copy-button.tsx";
import { EmotePicture, PicturePlaceholder } from "@websites/shared/ui/picture.tsx";
import { useQuery } from "@websites/shared/ui/query.ts";
import { ErrorPanel, NotFound, PageHead } from "@websites/shared/ui/states.tsx";
import { api, config } from "../api.ts";
import { flagsOf } from "../mapping.ts";
import { ONE_EMOTE, type Emote } from "../operations.ts";
import { t } from "../texts.ts";
import { UserChipLink } from "../user-chip.tsx";

/** While images are pending the page asks again this often, for this many times. */
const POLL_INTERVAL_MS = 3_000;
const MAX_POLLS = 40;

export default function EmotePage({ parameters }: PageProps) {
  const id = parameters["id"] ?? "";
  const { state, reload } = useQuery(id, async (signal, fresh) =>
    isId(id) ? (await api.query(ONE_EMOTE, { id }, signal, fresh)).emotes.emote : null,
  );
  useTitle(state.status === "ready" ? (state.data?.defaultName ?? "") : "", config.siteName);
  if (state.status === "failed") {
    return <ErrorPanel error={state.error} retry={reload} />;
  }
  if (state.status === "loading") {
    return <div class="panel skeleton tall" role="status" aria-label={t("directory.title")} />;
  }
  return state.data === null ? (
    <NotFound what="emote" />
  ) : (
    <EmoteView emote={state.data} reload={reload} />
  );
}

function EmoteView({ emote, reload }: { emote: Emote; reload: () => void }) {
  const flags = flagsOf(emote);
  return (
    <article>
      <PageHead title={emote.defaultName}>
        <div class="chips">
          {emote.owner !== null && <UserChipLink user={emote.owner} />}
          {emote.flags.animated && <Flag kind="animated" />}
          {flags.map((flag) => (
            <Flag key={flag} kind={flag} />
          ))}
        </div>
      </PageHead>
      {emote.deleted && (
        <p class="notice" role="status">
          {t("emote.deleted")}
        </p>
      )}
      {emote.imagesPending ? <Processing reload={reload} /> : <Previews emote={emote} />}
      <div class="actions">
        <CopyButton text={`${config.siteOrigin}/emotes/${emote.id}`} />
      </div>
      <Details emote={emote} />
    </article>
  );
}

/** Every scale at its true size, side by side. */
function Previews({ emote }: { emote: Emote }) {
  const [light, setLight] = useState(false);
  return (
    <section class="panel" aria-labelledby="previews">
      <div class="panel-head">
        <h2 id="previews">{t("emote.previews")}</h2>
        <button
          type="button"
          class="toggle"
          aria-pressed={light}
          onClick={() => setLight(!light)}
        >
          {t("emote.backdrop")}
        </button>
      </div>
      <ul class={`previews ${light ? "light" : ""}`}>
        {scalesOf(emote.images).map((scale) => (
          <Preview key={scale} emote={emote} scale={scale} />
        ))}
      </ul>
    </section>
  );
}

function Preview({ emote, scale }: { emote: Emote; scale: number }) {
  const files = atScale(emote.images, scale);
  const alt = t("emote.scaleAlt", { name: emote.defaultName, scale });
  return (
    <li>
      <span class="preview-image">
        <EmotePicture files={files} alt={alt} height={files[0]?.height ?? 32 * scale} eager />
      </span>
      <span class="preview-label">{t("emote.scale", { scale })}</span>
    </li>
  );
}

function Processing({ reload }: { reload: () => void }) {
  const [polls, setPolls] = useState(0);
  useEffect(() => {
    if (polls >= MAX_POLLS) {
      return;
    }
    const timer = setTimeout(() => {
      setPolls(polls + 1);
      reload();
    }, POLL_INTERVAL_MS);
    return () => clearTimeout(timer);
  }, [polls]);
  return (
    <section class="panel state" role="status">
      <PicturePlaceholder height={96} />
      <p>{t("emote.processing")}</p>
      {polls >= MAX_POLLS && (
        <button type="button" class="button" onClick={reload}>
          {t("emote.refresh")}
        </button>
      )}
    </section>
  );
}

function Details({ emote }: { emote: Emote }) {
  const created = createdAt(emote.id);
  const largest = emote.images.reduce<Emote["images"][number] | null>(
    (best, file) => (best === null || file.width > best.width ? file : best),
    null,
  );
  const frames = Math.max(1, ...emote.images.map((file) => file.frameCount));
  return (
    <section class="panel" aria-labelledby="details">
      <h2 id="details">{t("emote.details")}</h2>
      <dl class="details">
        {created !== null && (
          <Detail term={t("emote.created")}>
            <time dateTime={created.toISOString()}>
              {created.toLocaleDateString("en", { dateStyle: "long" })}
            </time>
          </Detail>
        )}
        <Detail term={t("emote.frames")}>
          {frames === 1 ? t("emote.frames.still") : String(frames)}
        </Detail>
        {largest !== null && (
          <Detail term={t("emote.size")}>{`${largest.width} × ${largest.height ?? "?"} px`}</Detail>
        )}
        {emote.tags.length > 0 && (
          <Detail term={t("emote.tags")}>
            <span class="chips">
              {emote.tags.map((tag) => (
                <a key={tag} class="chip" href={`/emotes?t=${encodeURIComponent(tag)}`}>
                  #{tag}
                </a>
              ))}
            </span>
          </Detail>
        )}
      </dl>
    </section>
  );
}

function Detail({ term, children }: { term: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
