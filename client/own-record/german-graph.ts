// A train graph in German.
import type { GraphTexts } from '../ui/graph-texts.ts';

export const GERMAN_GRAPH: GraphTexts = {
  ends: {
    open: 'noch offen',
    goodbye: 'die Seite hat sich verabschiedet',
    tick: 'letztes Zeichen einer Seite, die abgebrochen wurde, ± 5 s',
    bounded: 'die Uhr des Geräts ging falsch, die Zeit ist geschätzt',
  },
  looks: {
    online: 'gleich übertragen',
    offline: 'offline gelesen, später übertragen',
    waiting: 'wartet auf diesem Gerät',
    refused: 'vom Server abgelehnt',
  },
  gaps: { away: 'weg', 'no sign': 'kein Zeichen' },
  morePages: (count) => (count === 1 ? '1 weitere Seite' : `${count} weitere Seiten`),
  offline: 'offline',
  arrived: 'angekommen',
  atOnce: 'gleich',
  later: (length) => `${length} später`,
  lasting: (name, length) => `${name}, ${length}`,
  fromTo: (from, to) => `${from} bis ${to}`,
  graph: (pages, from, to) => `Bildfahrplan: ${pages}, gelesen zwischen ${from} und ${to}`,
  offlineFromTo: (from, to) => `, offline von ${from} bis ${to}`,
  table: {
    summary: 'Als Tabelle',
    label: 'Das Bild als Tabelle',
    from: 'Von',
    to: 'Bis',
    what: 'Was',
    length: 'Dauer',
    end: 'Woher das Ende bekannt ist',
    arrived: 'Angekommen',
    cut: (shown, all) => `Das sind die ersten ${shown} von ${all}.`,
  },
};
