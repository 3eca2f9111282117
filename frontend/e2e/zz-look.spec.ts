import { test, expect, type Page } from "@playwright/test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execSync } from "node:child_process";
import * as s from "./steps";
const OUT="/tmp/lead/look/shots", MAILS="/tmp/lead/look/run/mails";
const mails=()=>readdirSync(MAILS).filter(n=>n.endsWith(".txt")).sort();
async function link(before:number){ await expect.poll(()=>mails().length,{timeout:60000}).toBeGreaterThan(before);
 return /https?:\/\/\S+#token=[\w-]+/.exec(readFileSync(join(MAILS,mails()[before]!),"utf8"))![0]; }
async function shot(page:Page,name:string,both=true){
  for(const w of both?[1440,390]:[1440]){ await page.setViewportSize({width:w,height:w===390?844:900}); await page.waitForTimeout(400);
   await page.screenshot({path:`${OUT}/${name}-${w}.png`,fullPage:true}); }
  await page.setViewportSize({width:1440,height:900}); }
test.use({actionTimeout:15000});
test("look", async ({page})=>{
  test.setTimeout(280000);
  await page.setViewportSize({width:1440,height:900});
  await page.goto("/sign-in"); await page.getByLabel("E-mail address").fill("ada@example.org"); await page.getByLabel("Password",{exact:true}).fill("four plain words here");
  await page.getByRole("button",{name:"Sign in",exact:true}).click(); await page.waitForTimeout(1500);
  await page.goto("/"); await page.waitForTimeout(800); 
  await s.pastePosting(page); await page.waitForTimeout(500); 
  
  await s.goToQuestions(page); await s.askForThree(page); await page.waitForTimeout(1500); 
  await page.getByRole("link",{name:"Check camera and microphone"}).click(); await page.waitForTimeout(3000);
  await s.agreeToEverything(page); await page.waitForTimeout(4000); await shot(page,"11-check");
  await s.enterRoom(page); await page.waitForTimeout(2500); await shot(page,"12-room");
  await s.answerAloud(page,20000); await page.waitForTimeout(2500); await shot(page,"13-after-answer");
  await s.finish(page); await page.waitForTimeout(1500); await shot(page,"14-report-waiting");
  await s.waitForReport(page); await page.waitForTimeout(2500); await shot(page,"15-report");
  await page.goto("/history"); await page.waitForTimeout(1000); await shot(page,"16-history");
  await page.goto("/account"); await page.waitForTimeout(1000); await shot(page,"17-account");
  await page.goto("/data"); await page.waitForTimeout(1000); await shot(page,"18-data");
  await page.goto("/operations"); await page.waitForTimeout(1500); await shot(page,"19-operations-refused");
  await page.goto("/services"); await page.waitForTimeout(1500); await shot(page,"20-services");
  await page.goto("/nowhere"); await page.waitForTimeout(500); await shot(page,"21-lost");
});
