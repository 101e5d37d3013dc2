; The installer for Windows. `bun run package --target windows-x64` compiles it and defines:
;   VERSION, NUMERIC_VERSION (four numbers), RESULT, PROGRAM (folder with what is installed), FILES (generated), KILOBYTES,
;   ICON, SIDE_PICTURE, and SIGN (a command) when there is a certificate
;
; Silent: CanvusLocalLLM-Setup-X.Y.Z.exe /S [/SERVICE=yes|no] [/FIREWALL=yes|no] [/D=C:\folder]   (/D must be the last)
; Exit codes: 0 done, 1 cancelled, 2 failed, 3 the program still runs and could not be stopped.

Unicode true
!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh
!include Sections.nsh
!include x64.nsh
!include "${FILES}"

!define NAME "CanvusLocalLLM"
!define SERVICE "canvuslocallm"
!define RULE "CanvusLocalLLM dashboard"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${NAME}"
!define FILE_LIST "installed-files.txt"
; A stop ends what is being answered first; the service itself takes a minute at most.
!define STOP_SECONDS 90

Name "${NAME} ${VERSION}"
OutFile "${RESULT}"
RequestExecutionLevel admin
ManifestDPIAware true
; The same input gives the same installer: no times of files.
SetDateSave off
SetCompressor zlib
ShowInstDetails show
BrandingText "${NAME} ${VERSION}"

VIProductVersion "${NUMERIC_VERSION}"
VIFileVersion "${NUMERIC_VERSION}"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${NAME} Setup"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "CompanyName" "${NAME}"
VIAddVersionKey "LegalCopyright" "MIT License"

!ifdef SIGN
!uninstfinalize '${SIGN} "%1"'
!endif

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${SIDE_PICTURE}"
!define MUI_ABORTWARNING
!define MUI_COMPONENTSPAGE_SMALLDESC
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_LICENSE "${PROGRAM}/LICENSE"
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_TEXT "Now fill in the settings: address of the Canvus server, access token, canvases and model. Then start the service: in an administrator's terminal, $\"$INSTDIR\canvuslocallm.exe$\" service start"
!define MUI_FINISHPAGE_RUN "notepad.exe"
!define MUI_FINISHPAGE_RUN_PARAMETERS "$\"$Settings$\""
!define MUI_FINISHPAGE_RUN_TEXT "Open the settings"
!define MUI_FINISHPAGE_RUN_NOTCHECKED
Var Settings
Var WasRunning
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; ---- what installer and uninstaller both do ----

!macro SHARED_FUNCTIONS UN

; Stops the service and waits until nothing holds the program any more. Leaves 1 in $WasRunning when it ran.
Function ${UN}StopProgram
  StrCpy $WasRunning 0
  nsExec::Exec '"$SYSDIR\cmd.exe" /c sc query ${SERVICE} | find "RUNNING"'
  Pop $0
  ${If} $0 == 0
    StrCpy $WasRunning 1
    DetailPrint "Stopping the service; what is being answered may end"
    nsExec::Exec '"$SYSDIR\net.exe" stop ${SERVICE}'
    Pop $0
  ${EndIf}
  StrCpy $1 0
  ${While} ${FileExists} "$INSTDIR\canvuslocallm.exe"
    ClearErrors
    FileOpen $0 "$INSTDIR\canvuslocallm.exe" a
    ${IfNot} ${Errors}
      FileClose $0
      ${ExitWhile}
    ${EndIf}
    IntOp $1 $1 + 1
    ${If} $1 > ${STOP_SECONDS}
      SetErrorLevel 3
      MessageBox MB_ICONSTOP "$INSTDIR\canvuslocallm.exe is still running. End it and try again." /SD IDOK
      Quit
    ${EndIf}
    Sleep 1000
  ${EndWhile}
FunctionEnd

; Deletes what the list of an installation names: files, then the folders that are empty without them.
Function ${UN}RemoveFiles
  ClearErrors
  FileOpen $0 "$INSTDIR\${FILE_LIST}" r
  ${If} ${Errors}
    Return
  ${EndIf}
  ${Do}
    ClearErrors
    FileRead $0 $1
    ${If} ${Errors}
      ${ExitDo}
    ${EndIf}
    ${TrimNewLines} $1 $1
    StrCpy $2 $1 1 -1
    ${If} $2 == "\"
      RMDir "$INSTDIR\$1"
    ${Else}
      Delete "$INSTDIR\$1"
    ${EndIf}
  ${Loop}
  FileClose $0
  Delete "$INSTDIR\${FILE_LIST}"
FunctionEnd

!macroend
!define TrimNewLines "!insertmacro TRIM_NEW_LINES"
!macro TRIM_NEW_LINES TEXT RESULT
  ${Do}
    StrCpy $2 ${TEXT} 1 -1
    ${If} $2 != "$\r"
    ${AndIf} $2 != "$\n"
      ${ExitDo}
    ${EndIf}
    StrCpy ${RESULT} ${TEXT} -1
  ${Loop}
!macroend
!insertmacro SHARED_FUNCTIONS ""
!insertmacro SHARED_FUNCTIONS "un."

; ---- installing ----

Section "Program" SecProgram
  SectionIn RO
  Call StopProgram
  Call RemoveFiles
  !insertmacro INSTALL_FILES
  SetOutPath "$INSTDIR"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKLM "Software\${NAME}" "InstallDir" "$INSTDIR"
  WriteRegStr HKLM "${UNINSTALL_KEY}" "DisplayName" "${NAME}"
  WriteRegStr HKLM "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKLM "${UNINSTALL_KEY}" "Publisher" "${NAME}"
  WriteRegStr HKLM "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\canvuslocallm.exe"
  WriteRegStr HKLM "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKLM "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKLM "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKLM "${UNINSTALL_KEY}" "EstimatedSize" ${KILOBYTES}
  WriteRegDWORD HKLM "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKLM "${UNINSTALL_KEY}" "NoRepair" 1
  CreateDirectory "$SMPROGRAMS\${NAME}"
  WriteINIStr "$SMPROGRAMS\${NAME}\Dashboard.url" "InternetShortcut" "URL" "http://localhost:3000/"
SectionEnd

Section "Windows service" SecService
  nsExec::ExecToLog '"$INSTDIR\canvuslocallm.exe" service install'
  Pop $0
  ${If} $0 != 0
    SetErrorLevel 2
    MessageBox MB_ICONEXCLAMATION "The service could not be registered; see the details. Everything else is installed." /SD IDOK
  ${Else}
    CreateShortcut "$SMPROGRAMS\${NAME}\Settings.lnk" "$WINDIR\notepad.exe" '"$Settings"'
  ${EndIf}
SectionEnd

; What ran before an upgrade runs after it, whatever was chosen.
Section "-Restart"
  ${If} $WasRunning == 1
    nsExec::ExecToLog '"$INSTDIR\canvuslocallm.exe" service start'
    Pop $0
  ${EndIf}
SectionEnd

Section /o "Firewall rule" SecFirewall
  nsExec::Exec 'netsh advfirewall firewall delete rule name="${RULE}"'
  Pop $0
  nsExec::ExecToLog 'netsh advfirewall firewall add rule name="${RULE}" dir=in action=allow protocol=TCP program="$INSTDIR\canvuslocallm.exe" profile=domain,private'
  Pop $0
SectionEnd

!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
  !insertmacro MUI_DESCRIPTION_TEXT ${SecProgram} "The program and its native libraries."
  !insertmacro MUI_DESCRIPTION_TEXT ${SecService} "Starts with Windows, and again after a crash. It is not started before the settings are filled in."
  !insertmacro MUI_DESCRIPTION_TEXT ${SecFirewall} "Lets other computers of private and domain networks reach the dashboard. Only useful with WEBUI_HOST=0.0.0.0."
!insertmacro MUI_FUNCTION_DESCRIPTION_END

; choose SECTION OPTION: what /OPTION=yes or no says about a section; without it the section stays as it is.
!macro CHOOSE SECTION OPTION
  ${GetOptions} $R0 "/${OPTION}=" $R1
  ${If} $R1 == "yes"
    !insertmacro SelectSection ${SECTION}
  ${ElseIf} $R1 == "no"
    !insertmacro UnselectSection ${SECTION}
  ${EndIf}
!macroend

Function .onInit
  ${IfNot} ${RunningX64}
    MessageBox MB_ICONSTOP "${NAME} needs 64-bit Windows." /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
  SetRegView 64
  SetShellVarContext all
  StrCpy $Settings "$APPDATA\${NAME}\canvuslocallm.env"
  ; /D wins, then where it is installed already.
  ${If} $INSTDIR == ""
    ReadRegStr $INSTDIR HKLM "Software\${NAME}" "InstallDir"
  ${EndIf}
  ${If} $INSTDIR == ""
    StrCpy $INSTDIR "$PROGRAMFILES64\${NAME}"
  ${EndIf}
  ${GetParameters} $R0
  !insertmacro CHOOSE ${SecService} SERVICE
  !insertmacro CHOOSE ${SecFirewall} FIREWALL
FunctionEnd

; ---- uninstalling: exactly what was installed. Settings, database, log files and models stay. ----

Function un.onInit
  SetRegView 64
  SetShellVarContext all
FunctionEnd

Section "Uninstall"
  Call un.StopProgram
  ${If} ${FileExists} "$INSTDIR\canvuslocallm-service.xml"
    nsExec::ExecToLog '"$INSTDIR\canvuslocallm.exe" service uninstall'
    Pop $0
    Delete "$INSTDIR\canvuslocallm-service.xml"
  ${EndIf}
  nsExec::Exec 'netsh advfirewall firewall delete rule name="${RULE}"'
  Pop $0
  Call un.RemoveFiles
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${NAME}\Settings.lnk"
  Delete "$SMPROGRAMS\${NAME}\Dashboard.url"
  RMDir "$SMPROGRAMS\${NAME}"
  DeleteRegKey HKLM "${UNINSTALL_KEY}"
  DeleteRegKey HKLM "Software\${NAME}"
  DetailPrint "Settings and data stay in $APPDATA\${NAME}"
SectionEnd
