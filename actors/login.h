/* What the options say about logins by a provider. */
#ifndef ACTORS_LOGIN_H
#define ACTORS_LOGIN_H

#include "actors/auth/provider.h"
#include "actors/runtime/options.h"

/* Points into the options. Without a client id there is no provider. False: `error` names the
 * option and says what is wrong with it. */
bool login_read(const struct options *options, struct provider_config *provider, char *error,
                size_t error_size);

#endif
