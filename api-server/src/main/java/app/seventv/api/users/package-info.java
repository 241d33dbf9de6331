/** Changes of accounts: profile, editors, bans, merging and deletion. */
@NullMarked
package app.seventv.api.users;

import org.jspecify.annotations.NullMarked;
