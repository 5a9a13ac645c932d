import { expect, test } from 'vitest';
import { proxyFor } from './proxy.ts';

const proxy = 'http://proxy.corp:3128';

test.each([
  ['https://k8s.example:6443', {}, undefined],
  ['https://k8s.example:6443', { HTTPS_PROXY: proxy }, proxy],
  ['https://k8s.example:6443', { https_proxy: proxy }, proxy],
  ['https://k8s.example:6443', { HTTPS_PROXY: 'proxy.corp:3128' }, proxy],
  ['https://k8s.example:6443', { HTTP_PROXY: proxy }, undefined],
  ['http://k8s.example:8080', { HTTP_PROXY: proxy }, proxy],
  ['wss://slipway.example', { HTTPS_PROXY: proxy }, proxy],
  ['https://k8s.example', { HTTPS_PROXY: proxy, NO_PROXY: '*' }, undefined],
  ['https://k8s.example', { HTTPS_PROXY: proxy, NO_PROXY: 'example' }, undefined],
  ['https://k8s.example', { HTTPS_PROXY: proxy, NO_PROXY: '.example' }, undefined],
  ['https://k8s.example', { HTTPS_PROXY: proxy, no_proxy: 'other, k8s.example' }, undefined],
  ['https://k8s.example', { HTTPS_PROXY: proxy, NO_PROXY: 's.example' }, proxy],
  ['https://k8s.example:6443', { HTTPS_PROXY: proxy, NO_PROXY: 'k8s.example:443' }, proxy],
  ['https://k8s.example:6443', { HTTPS_PROXY: proxy, NO_PROXY: 'k8s.example:6443' }, undefined],
  ['https://10.96.0.1', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, undefined],
  ['https://11.96.0.1', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, proxy],
  ['https://192.168.255.1', { HTTPS_PROXY: proxy, NO_PROXY: '192.168.128.0/17' }, undefined],
  ['https://192.168.127.1', { HTTPS_PROXY: proxy, NO_PROXY: '192.168.128.0/17' }, proxy],
  ['https://127.0.0.1:6443', { HTTPS_PROXY: proxy }, undefined],
  ['https://[::1]:6443', { HTTPS_PROXY: proxy }, undefined],
])('%s with %o goes through %s', (url, environment, expected) => {
  expect(proxyFor(url, environment)).toBe(expected);
});
