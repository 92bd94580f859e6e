'use strict';
// Runs the published server on loopback, with features from a file in place of an Unleash server.

const path = require('node:path');
const { createApp } = require('@unleash/proxy');

const app = createApp({
  unleashUrl: 'http://127.0.0.1:9/api', // never there: the features below are all it gets
  unleashApiToken: 'unused',
  clientKeys: ['demo-client-key'],
  expServerSideSdkConfig: { tokens: ['demo-server-key'] },
  expBootstrap: { filePath: path.join(__dirname, 'features.json') },
  enableOAS: true,
  enableAllEndpoint: true,
  refreshInterval: 3600 * 1000,
  metricsInterval: 3600 * 1000,
  logLevel: 'error',
});

const server = app.listen(Number(process.argv[2]), '127.0.0.1');
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
