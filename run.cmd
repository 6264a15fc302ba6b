@echo off
rem Double click: finds Python 3.11-3.14 and gives over to lib\operate\start.py, which installs,
rem prepares, starts the map and opens the browser. ASCII only: cmd.exe loses its place in a
rem file with other letters, so the words for a machine without Python lie in a file of their own.
setlocal
chcp 65001 >nul
set "PYTHONUTF8=1"
rem The install manager of python.org would fetch a Python unasked to answer the question below.
set "PYTHON_MANAGER_AUTOMATIC_INSTALL=false"
pushd "%~dp0"

rem A folder of packages is for one Python: that one first.
set "WANTED="
if exist wheelhouse\PYTHON set /p WANTED=<wheelhouse\PYTHON
set "CHECK=import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))"
set "FOUND="
for %%V in (%WANTED% 3.13 3.12 3.14 3.11) do call :look %%V
call :try python
if not defined FOUND goto absent

%FOUND% -m lib.operate.start
set "CODE=%ERRORLEVEL%"
popd
if not "%CODE%"=="0" pause >nul
exit /b %CODE%

:absent
type tools\no-python.txt
popd
pause >nul
exit /b 2

:look
set "DIGITS=%1"
set "DIGITS=%DIGITS:.=%"
call :try py -%1
call :try "%LOCALAPPDATA%\Programs\Python\Python%DIGITS%\python.exe"
call :try "%ProgramFiles%\Python%DIGITS%\python.exe"
exit /b 0

:try
if defined FOUND exit /b 0
%* -c "%CHECK%" >nul 2>nul
if not errorlevel 1 set FOUND=%*
exit /b 0
