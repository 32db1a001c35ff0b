// A certified OpenID Connect provider (npm: oidc-provider) on a loopback port of its own, with the
// provider's own pages to sign in and to consent: whatever password is typed.
//
//   node provider.mjs MODULES ACCOUNTS REDIRECT_URI [--in-id-token]
//
// MODULES is where oidc-provider is installed; ACCOUNTS a JSON file, read at each sign-in, of names
// with their claims. Says its issuer on standard output. With --in-id-token all claims stand in the
// id token, otherwise behind the userinfo endpoint. Ends with its standard input, so that it never
// outlives the test.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// Its notices are no answer of ours.
console.info = console.error;
const [modules, accounts, redirectUri, ...flags] = process.argv.slice(2);
const installed = createRequire(join(modules, 'package.json')).resolve('oidc-provider');
const { Provider } = await import(pathToFileURL(installed));

const server = createServer().listen(0, '127.0.0.1');
await new Promise((listening) => server.once('listening', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, {
  clients: [{ client_id: 'routervault', client_secret: 'swordfish', redirect_uris: [redirectUri] }],
  pkce: { required: () => true },
  conformIdTokenClaims: !flags.includes('--in-id-token'),
  claims: {
    openid: ['sub'],
    profile: ['preferred_username', 'name'],
    email: ['email'],
    groups: ['groups'],
  },
  findAccount: (_, accountId) => {
    const claims = JSON.parse(readFileSync(accounts, 'utf8'))[accountId];
    return claims && { accountId, claims: () => ({ sub: accountId, ...claims }) };
  },
});
server.on('request', provider.callback());
process.stdin.resume().on('end', () => process.exit());
console.log(issuer);
