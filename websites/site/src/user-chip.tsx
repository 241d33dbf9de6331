import { Avatar } from "@websites/shared/ui/avatar.tsx";
import { nameOf } from "./mapping.ts";
import type { UserChip } from "./operations.ts";

/** Picture and name of a user, as a link to the profile. */
export function UserChipLink({ user }: { user: UserChip }) {
  const name = nameOf(user) ?? user.id;
  return (
    <a class="user-chip" href={`/users/${user.id}`}>
      <UserAvatar user={user} size={28} />
      <span>{name}</span>
    </a>
  );
}

export function UserAvatar({ user, size }: { user: UserChip; size: number }) {
  return (
    <Avatar
      name={nameOf(user) ?? user.id}
      files={user.style.activeProfilePicture?.images ?? []}
      url={user.mainConnection?.platformAvatarUrl ?? null}
      size={size}
    />
  );
}
