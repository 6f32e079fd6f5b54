import { createApp } from 'vue';
import 'stillhere/element'; // stillhere
import Report from './Report.vue';

createApp(Report).mount('#app');
