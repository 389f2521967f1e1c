/** What pages of figures have beside the style of all pages. */
export const FINANCE_STYLE = `header>div,main{max-width:76rem}
.places{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;margin:.2rem 0 .6rem}
.places [aria-current]{font-weight:600;color:inherit;text-decoration:none}
.wide{overflow-x:auto}.wide table{font-variant-numeric:tabular-nums;font-size:.94rem}
.wide td{overflow-wrap:normal}.amount{text-align:right;white-space:nowrap}
.choice{display:flex;flex-wrap:wrap;gap:.5rem .8rem;align-items:end}
.choice label{margin:0 0 .45rem}.choice input,.choice select{width:auto;font:inherit;
padding:.35rem .5rem;border:1px solid #b6c0ca;border-radius:6px;background:var(--paper);
color:inherit}.choice button{margin:0}`;
